import { type CallRule, ENDS_ACCESS, named } from './call-rules.ts';
import { JS_CALLS } from './script-calls.ts';

/** Commands given to `db.adminCommand` and `db.runCommand`, by their first key. */
const READING_COMMANDS =
  /^\{?\s*(?:ping|hello|isMaster|ismaster|buildInfo|collStats|dbStats|serverStatus|replSetGetStatus|replSetGetConfig|listDatabases|listCollections|listIndexes|getParameter|getCmdLineOpts|getLog|hostInfo|connectionStatus|connPoolStats|currentOp|top|count|distinct|find|aggregate|explain|validate|balancerStatus|listShards|getShardMap|getDefaultRWConcern|usersInfo|rolesInfo|dataSize|features|listCommands|whatsmyuri|shardingState|lockInfo|profile\s+-1)\b/;
const LOSING_COMMANDS =
  /^\{?\s*(?:shutdown|replSetStepDown|replSetFreeze|replSetMaintenance|drop\w*|killOp|killCursors|killAllSessions\w*|killSessions|delete|removeShard|fsync|compact|replSetReconfig|replSetInitiate|dropUser|dropRole|revokeRolesFromUser|movePrimary|cloneCollection\w*|convertToCapped|setFeatureCompatibilityVersion|resync|logout)\b/;

export const MONGO_CALLS: readonly CallRule[] = [
  {
    path: /\.(?:adminCommand|runCommand)$/,
    args: READING_COMMANDS,
    risk: 'read',
    reason: 'this command only looks',
    examples: ['db.adminCommand({ listDatabases: 1 })'],
  },
  {
    path: /\.(?:adminCommand|runCommand)$/,
    args: LOSING_COMMANDS,
    risk: 'destroy',
    reason: 'this command takes data or a member away',
    examples: ['db.adminCommand({ shutdown: 1 })', 'db.adminCommand({ replSetStepDown: 60 })'],
  },
  {
    path: /\.(?:adminCommand|runCommand)$/,
    args: /^\{?\s*(?:setParameter|setDefaultRWConcern|createIndexes|insert|update|findAndModify|collMod|create\w*|balancerStart|balancerStop|enableSharding|shardCollection|split|moveChunk|logRotate|flushRouterConfig|profile|planCache\w*|grantRolesToUser|updateUser|renameCollection|addShard\w*|refineCollectionShardKey)\b/,
    risk: 'change',
    reason: 'this command changes the server or its data',
    examples: ['db.adminCommand({ setParameter: 1, x: 2 })'],
  },
  {
    path: /^rs\.(?:stepDown|freeze|remove|reconfig|reconfigForPSASet|syncFrom)$/,
    risk: 'destroy',
    reason: 'it takes a member out of its place in the replica set',
    examples: ['rs.stepDown()', 'rs.remove("h:27017")', 'rs.reconfig(cfg, { force: true })'],
  },
  {
    path: /^rs\.(?:add|addArb|initiate)$|^sh\.(?:stopBalancer|startBalancer|setBalancerState|enableBalancing|disableBalancing|addShard|addShardTag|addShardToZone|enableSharding|shardCollection|moveChunk|splitAt|splitFind|updateZoneKeyRange|addTagRange|removeRangeFromZone)$/,
    risk: 'change',
    reason: 'it changes how the cluster spreads its data',
    examples: ['rs.add("h:27017")', 'sh.stopBalancer()'],
  },
  {
    path: /^(?:rs|sh)\.(?:status|conf|config|isMaster|hello|printReplicationInfo|printSecondaryReplicationInfo|printSlaveReplicationInfo|slaveOk|secondaryOk|help|isBalancerRunning|getBalancerState|balancerCollectionStatus|getShardedDataDistribution|listShards)$/,
    risk: 'read',
    reason: 'it only looks',
    examples: ['rs.status()', 'sh.status()'],
  },
  {
    path: /\.(?:fsyncLock|killOp|shutdownServer|dropDatabase|dropUser|dropRole|dropAllUsers|revokeRolesFromUser|deleteOne|deleteMany|remove|drop|dropIndex|dropIndexes|findOneAndDelete|convertToCapped|resetError|bulkWrite|compact|repairDatabase|copyDatabase|changeUserPassword|mapReduce)$/,
    risk: 'destroy',
    reason: 'it takes data, a session or service away',
    examples: ['db.orders.remove({})', 'db.killOp(12)', 'db.fsyncLock()'],
  },
  {
    path: /\.(?:updateOne|updateMany|update|findAndModify|findOneAndUpdate)$/,
    args: ENDS_ACCESS,
    risk: 'destroy',
    reason: 'it ends what these documents give access to',
    examples: ['db.sessions.updateMany({}, { $set: { expiresAt: new Date(0) } })'],
  },
  {
    path: /\.(?:updateOne|updateMany|update|findAndModify|findOneAndUpdate|bulkWrite)$/,
    args: /\$(?:unset|pull|pullAll|pop)\b/,
    risk: 'destroy',
    reason: 'it takes fields or members out of documents',
    examples: ['db.orders.updateMany({}, { $unset: { customer: 1 } })'],
  },
  {
    path: /\.(?:createIndex|ensureIndex|createIndexes)$/,
    args: /\bexpireAfterSeconds\b/,
    risk: 'destroy',
    reason: 'documents vanish when they are old enough',
    examples: ['db.events.createIndex({ at: 1 }, { expireAfterSeconds: 3600 })'],
  },
  {
    path: /\.aggregate$/,
    args: /\$(?:out|merge)\b/,
    risk: 'change',
    reason: 'the pipeline writes a collection',
    examples: ['db.a.aggregate([{ $out: "b" }])'],
  },
  {
    path: /^(?:sleep|print|printjson|load|use|show|quit|exit|ObjectId|ISODate|NumberLong|NumberInt|Timestamp|UUID|BinData|Mongo|connect|tojson|cls|version|DBRef|Date|rand|disableTelemetry|passwordPrompt)$/,
    risk: 'read',
    reason: 'it only shows or makes a value',
    examples: ['printjson(db.stats())', 'sleep(100)'],
  },
  {
    path: named(
      `find findOne count countDocuments estimatedDocumentCount distinct aggregate explain stats dataSize storageSize totalIndexSize totalSize getIndexes getIndexKeys indexStats latencyStats
       sort limit skip pretty toArray hasNext next size hint maxTimeMS batchSize comment readPref forEach map itcount projection project allowDiskUse
       currentOp serverStatus serverBuildInfo hostInfo isMaster hello getMongo getName getCollection getSiblingDB getSisterDB getCollectionNames getCollectionInfos getCollection
       getReplicationInfo printReplicationInfo printSecondaryReplicationInfo printSlaveReplicationInfo getProfilingStatus getLogComponents getUsers getUser getRoles getRole
       version getShardDistribution getShardVersion validate adminCommandHelp help setSlaveOk setSecondaryOk setReadPref auth logout getDB getDBNames getDBs printShardingStatus watch valueOf`,
    ),
    risk: 'read',
    reason: 'it only looks',
    examples: ['db.orders.find({ state: "x" }).count()', 'db.currentOp()'],
  },
  {
    path: /\.(?:insert|insertOne|insertMany|update|updateOne|updateMany|replaceOne|save|findAndModify|findOneAndUpdate|findOneAndReplace|createIndex|createIndexes|ensureIndex|createCollection|createUser|createRole|updateUser|grantRolesToUser|setProfilingLevel|setLogLevel|fsyncUnlock|renameCollection|reIndex|hideIndex|unhideIndex|rotateCertificates|enableFreeMonitoring|disableFreeMonitoring)$/,
    risk: 'change',
    reason: 'it writes data or settings',
    examples: ['db.orders.updateMany({}, { $set: { a: 1 } })', 'db.a.createIndex({ b: 1 })'],
  },
  ...JS_CALLS,
];
