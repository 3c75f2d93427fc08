import type { RunClass } from '../risk/verdict.ts';
import { STABLE_FUNCTIONS } from './generated/postgres-functions.ts';

/** What a kind of statement does; `when` is matched against its parse tree as JSON. The first that fits decides. */
type SqlStatementRule = {
  statement: string;
  when?: RegExp;
  risk: RunClass;
  reason: string;
  examples: readonly string[];
};

export const SQL_STATEMENTS: readonly SqlStatementRule[] = [
  { statement: 'SelectStmt', risk: 'read', reason: 'SELECT reads', examples: ['SELECT 1', 'VALUES (1)', 'TABLE t'] },
  { statement: 'VariableShowStmt', risk: 'read', reason: 'SHOW reads a setting', examples: ['SHOW max_connections'] },
  {
    statement: 'ExplainStmt',
    risk: 'read',
    reason: 'EXPLAIN shows a plan',
    examples: ['EXPLAIN DELETE FROM t', 'EXPLAIN ANALYZE SELECT 1'],
  },
  {
    statement: 'TransactionStmt',
    when: /PREPARE|2PC/,
    risk: 'change',
    reason: 'prepares or ends a distributed transaction',
    examples: ["PREPARE TRANSACTION 'x'"],
  },
  {
    statement: 'TransactionStmt',
    risk: 'read',
    reason: 'begins or ends a transaction',
    examples: ['BEGIN', 'COMMIT', 'ROLLBACK'],
  },
  {
    statement: 'VariableSetStmt',
    risk: 'read',
    reason: 'sets a value for this session only',
    examples: ["SET statement_timeout = '5s'", 'RESET ALL'],
  },
  {
    statement: 'DeclareCursorStmt',
    risk: 'read',
    reason: 'opens a cursor',
    examples: ['DECLARE c CURSOR FOR SELECT 1'],
  },
  { statement: 'FetchStmt', risk: 'read', reason: 'reads from a cursor', examples: ['FETCH 10 FROM c'] },
  { statement: 'ClosePortalStmt', risk: 'read', reason: 'closes a cursor', examples: ['CLOSE c'] },
  {
    statement: 'CheckPointStmt',
    risk: 'change',
    reason: 'CHECKPOINT writes all dirty pages now',
    examples: ['CHECKPOINT'],
  },
  { statement: 'ListenStmt', risk: 'read', reason: 'LISTEN waits for messages', examples: ['LISTEN c'] },
  { statement: 'UnlistenStmt', risk: 'read', reason: 'UNLISTEN stops waiting for messages', examples: ['UNLISTEN c'] },
  { statement: 'NotifyStmt', risk: 'change', reason: 'NOTIFY sends a message to listeners', examples: ['NOTIFY c'] },
  {
    statement: 'PrepareStmt',
    risk: 'read',
    reason: 'prepares a statement for this session',
    examples: ['PREPARE p AS SELECT 1'],
  },
  { statement: 'DeallocateStmt', risk: 'read', reason: 'forgets a prepared statement', examples: ['DEALLOCATE p'] },
  { statement: 'ExecuteStmt', risk: 'opaque', reason: 'runs a statement prepared elsewhere', examples: ['EXECUTE p'] },
  {
    statement: 'InsertStmt',
    when: /"onConflictClause".*ONCONFLICT_UPDATE/,
    risk: 'destroy',
    reason: 'INSERT … ON CONFLICT DO UPDATE overwrites rows',
    examples: ['INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2'],
  },
  { statement: 'InsertStmt', risk: 'change', reason: 'INSERT adds rows', examples: ['INSERT INTO t VALUES (1)'] },
  {
    statement: 'UpdateStmt',
    when: /"whereClause"/,
    risk: 'change',
    reason: 'UPDATE … WHERE changes the rows it names',
    examples: ['UPDATE t SET a = 1 WHERE id = 2'],
  },
  {
    statement: 'UpdateStmt',
    risk: 'destroy',
    reason: 'UPDATE without WHERE overwrites every row; the old values are gone',
    examples: ['UPDATE t SET a = 1', 'WITH u AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM u'],
  },
  {
    statement: 'DeleteStmt',
    risk: 'destroy',
    reason: 'DELETE removes rows',
    examples: ['DELETE FROM t', 'EXPLAIN ANALYZE DELETE FROM t'],
  },
  {
    statement: 'MergeStmt',
    risk: 'destroy',
    reason: 'MERGE may overwrite or remove rows',
    examples: ['MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE'],
  },
  { statement: 'TruncateStmt', risk: 'destroy', reason: 'TRUNCATE removes every row', examples: ['TRUNCATE t'] },
  {
    statement: 'CopyStmt',
    when: /"is_from":true/,
    risk: 'change',
    reason: 'COPY … FROM adds rows',
    examples: ["COPY t FROM '/tmp/x'"],
  },
  {
    statement: 'CopyStmt',
    when: /"is_program":true/,
    risk: 'opaque',
    reason: 'COPY … PROGRAM runs a command on the database server',
    examples: ["COPY t TO PROGRAM 'sh'"],
  },
  {
    statement: 'CopyStmt',
    when: /"filename"/,
    risk: 'change',
    reason: 'COPY … TO writes a file on the database server',
    examples: ["COPY t TO '/tmp/x'"],
  },
  { statement: 'CopyStmt', risk: 'read', reason: 'COPY … TO STDOUT reads', examples: ['COPY t TO STDOUT'] },
  {
    statement: 'DropStmt',
    when: /OBJECT_INDEX/,
    risk: 'destroy',
    reason: 'DROP INDEX removes an index queries may depend on',
    examples: ['DROP INDEX i'],
  },
  {
    statement: 'DropStmt',
    risk: 'destroy',
    reason: 'DROP removes an object and its data',
    examples: ['DROP TABLE t', 'DROP VIEW v'],
  },
  ...destroys(
    [
      'DropdbStmt',
      'DropRoleStmt',
      'DropOwnedStmt',
      'DropTableSpaceStmt',
      'DropSubscriptionStmt',
      'DropUserMappingStmt',
      'ReassignOwnedStmt',
    ],
    'removes or hands over objects',
    ['DROP DATABASE d', 'DROP ROLE r', 'DROP OWNED BY r'],
  ),
  {
    statement: 'AlterTableStmt',
    when: /AT_Drop|AT_AlterColumnType|AT_DetachPartition|AT_DisableTrig|AT_SetUnLogged|AT_DisableRowSecurity/,
    risk: 'destroy',
    reason: 'ALTER TABLE drops or rewrites part of the table',
    examples: ['ALTER TABLE t DROP COLUMN a', 'ALTER TABLE t ALTER a TYPE int'],
  },
  {
    statement: 'GrantStmt',
    when: /^(?!.*"is_grant":true)/s,
    risk: 'destroy',
    reason: 'REVOKE takes rights away',
    examples: ['REVOKE SELECT ON t FROM r'],
  },
  {
    statement: 'GrantRoleStmt',
    when: /^(?!.*"is_grant":true)/s,
    risk: 'destroy',
    reason: 'REVOKE takes rights away',
    examples: ['REVOKE r FROM u'],
  },
  ...changes(
    [
      'AlterTableStmt',
      'IndexStmt',
      'CreateStmt',
      'CreateTableAsStmt',
      'ViewStmt',
      'CreateSeqStmt',
      'AlterSeqStmt',
      'CreateSchemaStmt',
      'CreateExtensionStmt',
      'AlterExtensionStmt',
      'CreateFunctionStmt',
      'AlterFunctionStmt',
      'CreateTrigStmt',
      'CreateRoleStmt',
      'CreatedbStmt',
      'AlterDatabaseStmt',
      'AlterDatabaseSetStmt',
      'AlterRoleSetStmt',
      'RenameStmt',
      'CommentStmt',
      'GrantStmt',
      'GrantRoleStmt',
      'AlterOwnerStmt',
      'AlterObjectSchemaStmt',
      'CreateDomainStmt',
      'CreateEnumStmt',
      'CompositeTypeStmt',
      'AlterEnumStmt',
      'CreatePolicyStmt',
      'AlterPolicyStmt',
      'CreatePublicationStmt',
      'AlterPublicationStmt',
      'CreateSubscriptionStmt',
      'CreateStatsStmt',
      'AlterStatsStmt',
      'AlterDefaultPrivilegesStmt',
      'DefineStmt',
      'RuleStmt',
      'RefreshMatViewStmt',
      'ClusterStmt',
      'ReindexStmt',
      'SecLabelStmt',
      'CreateTableSpaceStmt',
      'CreateForeignServerStmt',
      'CreateFdwStmt',
      'CreateForeignTableStmt',
      'CreateUserMappingStmt',
      'ImportForeignSchemaStmt',
      'ConstraintsSetStmt',
      'LockStmt',
      'CreateEventTrigStmt',
      'AlterEventTrigStmt',
    ],
    [
      'CREATE INDEX i ON t (a)',
      'ALTER TABLE t ADD COLUMN a int',
      'CREATE TABLE t (a int)',
      'GRANT SELECT ON t TO r',
      'REINDEX TABLE t',
      'LOCK TABLE t',
    ],
  ),
  {
    statement: 'AlterSubscriptionStmt',
    risk: 'destroy',
    reason: 'ALTER SUBSCRIPTION can skip or stop replicated changes',
    examples: ['ALTER SUBSCRIPTION s DISABLE'],
  },
  {
    statement: 'AlterRoleStmt',
    when: /"defname":"canlogin".*"boolval":(?:false|\{\})|"defname":"(?:password|isreplication|connectionlimit|validUntil)"/,
    risk: 'destroy',
    reason: 'ALTER ROLE can lock users out',
    examples: ['ALTER ROLE r NOLOGIN', "ALTER ROLE r PASSWORD 'x'"],
  },
  {
    statement: 'AlterRoleStmt',
    risk: 'change',
    reason: 'ALTER ROLE changes what a role may do',
    examples: ['ALTER ROLE r CREATEDB'],
  },
  {
    statement: 'AlterSystemStmt',
    risk: 'change',
    reason: "ALTER SYSTEM changes the server's configuration",
    examples: ["ALTER SYSTEM SET work_mem = '4MB'"],
  },
  {
    statement: 'VacuumStmt',
    when: /"defname":"full"/,
    risk: 'change',
    reason: 'VACUUM FULL rewrites the table and locks it meanwhile',
    examples: ['VACUUM FULL t'],
  },
  {
    statement: 'VacuumStmt',
    risk: 'change',
    reason: 'VACUUM and ANALYZE work on tables and their statistics',
    examples: ['VACUUM ANALYZE t', 'ANALYZE t'],
  },
  {
    statement: 'DiscardStmt',
    risk: 'read',
    reason: 'DISCARD forgets what this session kept',
    examples: ['DISCARD ALL'],
  },
  { statement: 'DoStmt', risk: 'opaque', reason: 'DO runs a program', examples: ['DO $$ BEGIN END $$'] },
  { statement: 'CallStmt', risk: 'opaque', reason: 'CALL runs a procedure', examples: ['CALL p()'] },
  { statement: 'LoadStmt', risk: 'opaque', reason: 'LOAD loads a library into the server', examples: ["LOAD 'x'"] },
];

function destroys(statements: readonly string[], reason: string, examples: readonly string[]): SqlStatementRule[] {
  return statements.map((statement, place) => ({
    statement,
    risk: 'destroy',
    reason,
    examples: place === 0 ? examples : [],
  }));
}

function changes(statements: readonly string[], examples: readonly string[]): SqlStatementRule[] {
  return statements.map((statement, place) => ({
    statement,
    risk: 'change',
    reason: `${wordsOfStatement(statement)} changes the schema, its rights or its state`,
    examples: place === 0 ? examples : [],
  }));
}

/** `AlterTableStmt` as a person says it: ALTER TABLE. */
function wordsOfStatement(statement: string): string {
  const said: Record<string, string> = {
    IndexStmt: 'CREATE INDEX',
    ViewStmt: 'CREATE VIEW',
    CreateStmt: 'CREATE TABLE',
    LockStmt: 'LOCK',
    GrantStmt: 'GRANT or REVOKE',
  };
  return (
    said[statement] ??
    statement
      .replace(/Stmt$/, '')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toUpperCase()
  );
}

/** What calling a function does: a SELECT around it makes it no more harmless. */
type SqlFunctionRule = {
  functions: { test(name: string): boolean };
  risk: RunClass;
  reason: string;
  examples: readonly string[];
};

const named = (names: string) => new Set(names.trim().split(/\s+/));
const anyOf = (names: string) => {
  const set = named(names);
  return { test: (name: string) => set.has(name) };
};

export const SQL_FUNCTIONS: readonly SqlFunctionRule[] = [
  {
    functions: /^pg_terminate_backend$/,
    risk: 'destroy',
    reason: "pg_terminate_backend ends other people's sessions",
    examples: ['SELECT pg_terminate_backend(pid) FROM pg_stat_activity'],
  },
  {
    functions: /^pg_cancel_backend$/,
    risk: 'destroy',
    reason: "pg_cancel_backend cancels other people's queries",
    examples: ['SELECT pg_cancel_backend(1)'],
  },
  {
    functions: /^pg_stat_(?:reset.*|statements_reset)$|^pg_stat_.*_reset$/,
    risk: 'destroy',
    reason: 'NAME throws statistics away',
    examples: ['SELECT pg_stat_reset()', 'SELECT pg_stat_statements_reset()'],
  },
  {
    functions:
      /^(?:setval|pg_drop_replication_slot|pg_replication_slot_advance|pg_replication_origin_(?:drop|advance)|pg_promote|lo_unlink|lo_truncate(?:64)?|lowrite|lo_put|pg_logical_slot_get_(?:binary_)?changes|pg_file_(?:unlink|write|rename)|pg_clear_(?:attribute|relation)_stats)$/,
    risk: 'destroy',
    reason: 'NAME moves or removes state that cannot be put back',
    examples: [
      "SELECT setval('s', 1)",
      'SELECT lo_unlink(1)',
      "SELECT pg_drop_replication_slot('s')",
      'SELECT pg_promote()',
    ],
  },
  {
    functions:
      /^(?:dblink.*|query_to_xml.*|lo_export|pg_execute_server_program|system|cursor_to_xml.*|ts_stat|ts_rewrite)$/,
    risk: 'opaque',
    reason: 'NAME runs a query or program of its own',
    examples: ["SELECT * FROM dblink('x', 'y') AS t(a int)", "SELECT query_to_xml('delete', true, true, '')"],
  },
  {
    functions: anyOf(
      'nextval set_config pg_notify pg_reload_conf pg_rotate_logfile pg_switch_wal pg_create_restore_point pg_backup_start pg_backup_stop pg_start_backup pg_stop_backup pg_create_physical_replication_slot pg_create_logical_replication_slot pg_copy_physical_replication_slot pg_copy_logical_replication_slot pg_sync_replication_slots pg_wal_replay_pause pg_wal_replay_resume pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared lo_creat lo_create lo_from_bytea lo_import pg_log_backend_memory_contexts pg_log_standby_snapshot pg_logical_emit_message pg_import_system_collations pg_replication_origin_create pg_replication_origin_session_setup pg_replication_origin_session_reset pg_restore_relation_stats pg_restore_attribute_stats brin_summarize_new_values brin_summarize_range brin_desummarize_range gin_clean_pending_list pg_stat_force_next_flush pg_export_snapshot pg_prewarm pg_repack',
    ),
    risk: 'change',
    reason: 'NAME changes state on the server',
    examples: [
      'SELECT pg_reload_conf()',
      "SELECT nextval('s')",
      'SELECT pg_switch_wal()',
      'SELECT pg_advisory_lock(1)',
    ],
  },
  {
    functions: anyOf(
      'array_sample array_shuffle clock_timestamp current_query currval lastval gen_random_uuid uuidv4 uuidv7 random random_normal setseed timeofday pg_sleep pg_sleep_for pg_sleep_until pg_blocking_pids pg_safe_snapshot_blocking_pids pg_isolation_test_session_is_blocked pg_database_size pg_indexes_size pg_relation_size pg_table_size pg_tablespace_size pg_total_relation_size pg_current_logfile pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn pg_is_in_recovery pg_is_wal_replay_paused pg_get_wal_replay_pause_state pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_lock_status pg_hba_file_rules pg_ident_file_mappings pg_show_all_file_settings pg_notification_queue_usage pg_partition_ancestors pg_partition_tree pg_prepared_xact pg_sequence_last_value pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_xact_status txid_status pg_collation_actual_version pg_database_collation_actual_version pg_read_file pg_read_binary_file pg_stat_file pg_logical_slot_peek_changes pg_logical_slot_peek_binary_changes pg_replication_origin_progress pg_replication_origin_session_progress pg_replication_origin_session_is_setup pg_show_replication_origin_status pg_available_wal_summaries pg_wal_summary_contents pg_jit_available lo_get loread lo_open lo_close lo_lseek lo_lseek64 lo_tell lo_tell64 pg_stat_clear_snapshot pg_stat_have_stats pg_buffercache_pages pg_buffercache_summary pg_buffercache_usage_counts pgstattuple pgstatindex pgstattuple_approx pg_freespace pg_visibility pg_stat_statements pg_stat_statements_info pg_extension_config_dump uuid_generate_v4 uuid_generate_v1 digest hmac crypt gen_salt gen_random_bytes similarity word_similarity levenshtein crosstab tablefunc postgres_fdw_get_connections time_bucket',
    ),
    risk: 'read',
    reason: 'NAME reads',
    examples: [
      "SELECT pg_size_pretty(pg_database_size('d'))",
      'SELECT pg_blocking_pids(1)',
      'SELECT pg_last_xact_replay_timestamp()',
    ],
  },
  {
    functions: /^pg_(?:ls_\w+|control_\w+|get_\w+|stat_get_\w+)$/,
    risk: 'read',
    reason: 'NAME reads',
    examples: ['SELECT * FROM pg_ls_waldir()'],
  },
  {
    // Of SQL Server, MySQL, Oracle and ClickHouse: they compute, whatever the server.
    functions:
      /^(?:dateadd|datediff|datename|datepart|eomonth|getdate|getutcdate|sysdatetime|isnull|ifnull|nvl|nvl2|iif|try_convert|try_cast|charindex|patindex|stuff|len|newid|object_name|object_id|schema_name|db_name|db_id|databasepropertyex|serverproperty|suser_sname|curdate|curtime|date_add|date_sub|date_format|str_to_date|unix_timestamp|from_unixtime|timestampdiff|timestampadd|group_concat|find_in_set|substring_index|sec_to_time|yearweek|json_extract|json_unquote|last_insert_id|connection_id|sysdate|to_number|add_months|months_between|listagg|sys_context|instr|tostartof\w+|todate|todatetime|tointerval\w+|formatreadable\w+|countif|sumif|avgif|uniq|uniqexact|grouparray|argmax|argmin|now64|hostname)$/,
    risk: 'read',
    reason: 'NAME computes a value',
    examples: ["SELECT count(*) FROM b WHERE at >= dateadd('day', -7, getdate())"],
  },
  {
    functions: { test: (name) => STABLE_FUNCTIONS.has(name) },
    risk: 'read',
    reason: 'NAME computes a value',
    examples: ['SELECT count(*), now(), upper(a) FROM t GROUP BY a'],
  },
];
