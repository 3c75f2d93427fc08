import { type CallRule, ENDS_ACCESS, named } from './call-rules.ts';

export const RUBY_CALLS: readonly CallRule[] = [
  {
    path: /(?:^|\.)(?:expire|pexpire|expireat|setex|psetex)$/,
    risk: 'destroy',
    reason: 'it sets when a key vanishes',
    examples: ['redis.expire("session:1", 0)', 'Gitlab::Redis::Cache.with { |r| r.expire(k, 0) }'],
  },
  {
    path: /(?:^|\.)(?:update|update!|update_all|update_attribute|update_attributes|update_attributes!|update_columns?)$/,
    args: ENDS_ACCESS,
    risk: 'destroy',
    reason: 'it ends what these records give access to',
    examples: [
      'Token.where(user_id: 3).update_all(expires_at: 0)',
      'Session.active.update_all(expires_at: Time.current)',
      'key.update!(revoked_at: Time.now)',
      'member.update_column(:state, "blocked")',
    ],
  },
  {
    path: /(?:^|\.)(?:update|update!|update_all|update_attribute|update_attributes|update_attributes!|update_columns?|increment!|decrement!|toggle!|touch|save|save!|insert_all|upsert_all|create|create!|create_or_find_by!?|find_or_create_by!?|first_or_create!?)$/,
    risk: 'change',
    reason: 'it writes records',
    examples: [
      'flag.save',
      'Token.where(id: 1).update_all(expires_at: 30.days.from_now)',
      'User.find(1).update_columns(state: "active")',
      'Plan.find_or_create_by(name: "x")',
    ],
  },
  {
    path: /(?:^|\.)(?:Feature|Flipper)(?:\[\])?\.(?:enable|disable|enable_percentage_of_\w+|disable_percentage_of_\w+|add|get_or_create)\w*$/,
    risk: 'change',
    reason: 'it switches a feature for its users',
    examples: ['Feature.enable(:new_search)', 'Feature.disable(:new_search, project)'],
  },
  {
    path: /(?:^|\.)(?:class|methods|instance_variables|attributes|reload!?|to_sql|explain|sleep|require|require_relative|load_dotenv|include|extend|puts|p|pp|print|ap|awesome_print|printf|format|sprintf|raise|loop|lambda|proc|rand|binding|block_given|catch|throw|freeze|dup|clone|attr_accessor|attr_reader|private|public|module_function|not|quit|exit|reload|y|jj|helper|app|logger|warn|abort_on_exception|catch)$/,
    risk: 'read',
    reason: 'it only shows or prepares',
    examples: ['puts User.first.attributes', 'sleep 5', 'reload!'],
  },
  {
    path: /(?:^|[.:])(?:Logger|StringIO|Time|Date|DateTime|Set|Struct|OpenStruct|Hash|Array|Benchmark|Net::HTTP|URI|CSV|JSON|YAML|Sidekiq::\w+|Redis|ActiveSupport::\w+)(?:\.new|\.at|\.now|\.parse|\.load|\.dump|\.generate|\.measure|\.realtime|\.safe_load|\.utc|\.today|\.yesterday)$/,
    risk: 'read',
    reason: 'it only makes a value',
    examples: ['Sidekiq::Queue.new("mailers")', 'Time.at(0)'],
  },
  {
    path: /(?:^|[.:])Net::HTTP\.(?:get\w*)$|(?:^|\.)(?:Faraday|HTTParty|RestClient)\.get$/,
    risk: 'read',
    reason: 'it asks another server',
    examples: ['HTTParty.get("http://x/status")'],
  },
  {
    path: /(?:^|[.:])(?:Logger\.level=|ActiveRecord::Base\.logger)$/,
    risk: 'read',
    reason: 'it shows what the console sends to the database',
    examples: ['ActiveRecord::Base.logger'],
  },
  {
    // Enumerations, strings, numbers, times and Active Record's questions.
    path: named(
      `abs all and any args array as_json ascending at average avg ancestors base batch between blank both bytes ceil chars chr
       collect compact concat connected connection connection_pool columns_hash count cycle day days db deep_dup descending detect dig distinct
       div downcase each each_key each_pair each_slice each_value each_with_index each_with_object each_entry each_batch each_record eager_load
       end entries even except exists fetch fdiv filter filter_map find find_all find_by find_by! find_by_id find_each find_in_batches find_index
       first first! flat_map flatten floor from group group_by gsub gsub! having hash hour hours id ids in_batches in_groups_of in_time_zone include
       index inject instance instance_of inspect intersect invert itself join joins keys last latency left_joins left_outer_joins length lines
       limit lines load lock_version map match max max_by maximum members merge methods mget min min_by minimum minute minutes modify month months
       name new new_record none not nsec now odd offset only or order parse partition payload percent pick pluck predecessor preload present
       presence public_methods quo readonly reduce references reject remainder reorder request_id reselect reverse reverse_each reverse_order rewhere round
       sample scan second seconds select send_time shuffle since size slice slice_when sort sort_by source split squeeze start step stats store
       strftime strip sub sub! sum sum_by succ tally take take_while tap then times to_a to_c to_d to_date to_datetime to_enum to_f to_formatted_s to_h to_hash to_i
       to_json to_param to_proc to_r to_s to_set to_sql to_str to_sym to_time to_yaml transform_keys transform_values transpose truncate_words type
       uniq unscope unscoped upcase upto usec utc values values_at week weeks where which with_index with_object year years yield_self zip zone
       zero scard smembers sismember hget hgetall hmget hkeys hlen get mget keys scan scan_each sscan hscan zscan llen lrange lindex zcard zrange zrangebyscore zscore ttl
       pttl exists info dbsize type strlen ping pipelined multi with with_lock config client_list ago from_now before after humanize titleize
       camelize underscore constantize safe_constantize singularize pluralize ljust rjust center delete_prefix delete_suffix number_to_human_size
       work klass jid queue item created_at enqueued_at display_class display_args error_message retry_count total_queue_size params pool client current instance default stats workers processes path_to_repo full_path repository storage`,
    ),
    risk: 'read',
    reason: 'it looks things up',
    examples: ['User.where(state: "blocked").count', 'queue.each { |job| puts job.klass }'],
  },
  {
    path: /(?:Destroy|Delete|Remov|Clean|Purge|Prune|Revoke|Block|Ban|Terminat|Cancel|Disable|Wipe|Drop|Stop|Expire|Reset|Housekeep|Rollback|Failover|Anonymi|Scrub|Evict)\w*\.(?:new\.)?(?:execute!?|call|perform\w*|run!?|delay|async)/,
    risk: 'destroy',
    reason: 'its class is named after what it takes away',
    examples: ['Projects::DestroyService.new(project, user).execute', 'CleanupWorker.new.perform(1)'],
  },
  {
    path: /(?:Create|Updat|Import|Export|Refresh|Recalculat|Rebuild|Reindex|Enable|Unblock|Transfer|Restor|Retry|Sync|Resync|Schedul|Enqueue|Notif|Send|Index)\w*\.(?:new\.)?(?:execute!?|call|perform\w*|run!?|delay|async)/,
    risk: 'change',
    reason: 'its class is named after what it changes',
    examples: ['Projects::UpdateService.new(project, user).execute', 'ReindexWorker.new.perform'],
  },
  {
    path: /(?:^|\.)(?:perform_async|perform_in|perform_at|perform_later|deliver_now|deliver_later|bulk_perform_async|set_and_perform)$/,
    risk: 'change',
    reason: 'it gives work to the workers',
    examples: ['MailWorker.perform_async(1)'],
  },
  {
    path: /(?:^|\.)(?:execute!?|call|perform|run!?|yield|invoke|process!|instance_eval|class_eval|instance_exec|eval|const_get|method|public_send|send|__send__)$/,
    risk: 'opaque',
    reason: 'what it does is written in another place',
    examples: ['Accounts::Sweeper.new(1).execute', 'eval(text)'],
  },
];
