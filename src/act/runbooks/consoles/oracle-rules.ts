import type { DialectRule } from './classify-dialect-sql.ts';

/** What SQL*Plus, RMAN and DGMGRL say that no other database does, or means something else by. */
export const ORACLE_RULES: readonly DialectRule[] = [
  {
    begins: /^alter\s+database\s+switchover\s+to\s+[^;]*\bverify\b|^validate\b/,
    risk: 'check',
    reason: 'it says whether it could be done',
  },
  {
    begins:
      /^alter\s+database\s+[^;]*\b(?:switchover|failover|resetlogs|dismount|close|offline|disable|drop|activate|convert|flashback|clear\s+(?:unarchived\s+)?logfile|cancel|finish|guard\s+all|noarchivelog)\b|^alter\s+system\s+(?:kill|disconnect|flush|shutdown|suspend|quiesce|enable\s+restricted|cancel)|^alter\s+(?:tablespace|pluggable\s+database)\s+[^;]*\b(?:offline|drop|close|read\s+only|unplug)\b/,
    risk: 'destroy',
    reason: 'it takes a database, its data or its sessions away',
  },
  {
    begins:
      /^(?:switchover|failover|convert|remove\s+(?:configuration|database|member|instance)|disable|stop\s+observer|flashback|shutdown|duplicate|unregister|switch\s+(?:database|datafile)|blockrecover|set\s+until|abort)\b|^edit\b[^;]*'(?:log-)?(?:transport|apply)-off'/,
    risk: 'destroy',
    reason: 'it takes a database, its data or its standby away',
  },
  {
    begins:
      /^(?:startup|edit|enable|reinstate|recover|configure|catalog|crosscheck|archive\s+log\s+(?!list)|start\s+observer|add\s+(?:database|standby)|register|resync|run)\b/,
    risk: 'change',
    reason: 'it changes the database or its standby',
  },
  {
    begins:
      /^(?:list|report|archive\s+log\s+list|spool|column|clear|ttitle|btitle|define|undefine|accept|pause|exit|quit|allocate|release|verify)\b|^show\b|^set\s+(?:feedback|heading|linesize|pagesize|serveroutput|verify|termout|echo|time|timing|trimspool|long|decryption|newname)\b/,
    risk: 'read',
    reason: 'it only looks, or concerns its own session',
  },
];
