import { type Found, type LintRule, sh } from '../lint-rule.ts';
import { hasOption, isKnown, type LintCommand, optionValue } from '../lint-script.ts';
import { awsProblems } from '../tools/aws-call.ts';

const operationOf = (command: LintCommand): string => {
  const words = command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);
  return command.name === 'aws' ? words.slice(0, 2).join(' ') : '';
};
const ALB_METRICS =
  /^(?:HTTPCode_(?:ELB|Target)_[2345]XX_Count|HTTPCode_ELB_50[0-9]_Count|HTTP_(?:Fixed_Response|Redirect)\w*|RequestCount(?:PerTarget)?|TargetResponseTime|TargetConnectionErrorCount|TargetTLSNegotiationErrorCount|(?:Un)?HealthyHostCount|(?:Un)?[Hh]ealthy\w*|ActiveConnectionCount|NewConnectionCount|RejectedConnectionCount|ProcessedBytes|ConsumedLCUs|RuleEvaluations|ClientTLSNegotiationErrorCount|IPv6\w+|ELBAuth\w+|Lambda\w+|NonStickyRequestCount|GrpcRequestCount|MitigatedHostCount|AnomalousHostCount|DesyncMitigationMode_\w+|DroppedInvalidHeaderRequestCount|ForwardedInvalidHeaderRequestCount|ZonalShiftedHostCount|LowReputation\w+|PeakLCUs|BYoIP\w+)$/;

/** Calls of the aws client. */
export const AWS_RULES: readonly LintRule[] = [
  {
    id: 'aws-call',
    severity: 'error',
    title: 'A call of aws with a name it does not know, or without what it needs',
    why: 'The client refuses the call before it sends anything: nothing was done, and the step that relied on it goes on with the old state.',
    fix: 'Look the operation up with `aws SERVICE OPERATION help`.',
    bad: sh(
      'aws elasticache modify-replication-group --replication-group-id redis --node-groups-to-add NodeGroupId=0002',
    ),
    good: sh('aws elasticache modify-replication-group --replication-group-id redis --apply-immediately'),
    loud: [
      sh('aws ec2 list-instances'),
      sh('aws rds delete-db-instance --skip-final-snapshot'),
      sh('aws ec3 describe-instances'),
      sh('aws ec2 describe-instances --filter-by x'),
    ],
    silent: [
      sh('aws ec2 delete-volume --volume-id $V\naws --region us-east-1 --profile x s3 ls s3://b'),
      sh('aws sso login --profile x\naws logs tail /x --follow\naws eks update-kubeconfig --name x'),
      sh('cat ids | xargs -n1 aws ec2 delete-snapshot --snapshot-id\naws ec2 describe-instances $OPTIONS'),
      sh(
        'aws ec2 describe-instances --instance-id i-1 --no-cli-pager\naws ec2 create-image --instance-id i --name n --no-reboot',
      ),
      sh('aws lambda invoke --function-name f out.json\naws rds wait db-cluster-available --db-cluster-identifier x'),
      sh('aws ecs run-task --cli-input-json file://t.json'),
    ],
    *check(document) {
      yield* problems(document, 'call');
    },
  },
  {
    id: 'aws-argument',
    severity: 'error',
    title: 'An argument of aws that does not parse',
    why: 'The client answers "Error parsing parameter" and sends nothing.',
    fix: 'Write the whole argument as JSON, or all of it as `Key=Value,Key=Value`; the two cannot be mixed.',
    bad: sh(
      `aws elbv2 modify-rule --rule-arn $RULE --actions Type=forward,ForwardConfig='{"TargetGroups":[{"TargetGroupArn":"'$TG'","Weight":100}]}'`,
    ),
    good: sh(
      `aws elbv2 modify-rule --rule-arn $RULE --actions '[{"Type":"forward","ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"'$TG'","Weight":100}]}}]'`,
    ),
    loud: [
      sh('aws backup start-restore-job --recovery-point-arn $A --metadata "test-restore" --iam-role-arn $R'),
      sh(`aws lambda update-function-configuration --function-name f --environment '{"Variables":{"A":"b",}}'`),
      sh('aws ec2 describe-instances --filters Name=tag:x,Vales=y'),
      sh('aws autoscaling set-desired-capacity --auto-scaling-group-name g --desired-capacity two'),
    ],
    silent: [
      sh(
        'aws ec2 describe-instances --filters Name=tag:Env,Values=prod,staging "Name=instance-state-name,Values=running"',
      ),
      sh(
        'aws cloudwatch get-metric-statistics --namespace n --metric-name m --dimensions Name=a,Value=$B --start-time $S --end-time $E --period 300 --statistics Sum Average',
      ),
      sh('aws eks update-nodegroup-config --cluster-name c --nodegroup-name n --scaling-config minSize=5,maxSize=50'),
      sh(`aws dynamodb get-item --table-name t --key '{"id":{"S":"x"}}'`),
      sh('aws ec2 create-tags --resources i-1 i-2 --tags Key=a,Value=b Key=c,Value=$D'),
      sh('aws elbv2 modify-rule --rule-arn $R --actions Type=forward,TargetGroupArn=$T'),
      sh(
        "aws elbv2 modify-listener --listener-arn $L --default-actions 'Type=forward,ForwardConfig={TargetGroups=[{TargetGroupArn=a,Weight=1},{TargetGroupArn=b,Weight=9}]}'",
      ),
      sh(
        'aws ssm send-command --document-name AWS-RunShellScript --parameters commands="uptime" --targets Key=instanceids,Values=i-1',
      ),
    ],
    *check(document) {
      yield* problems(document, 'argument');
    },
  },
  {
    id: 'aws-impossible-id',
    severity: 'warning',
    title: 'An identifier that AWS never gives out',
    why: 'It is an example that was left in. At night somebody pastes it, AWS refuses it, and the reader does not know whether the rest is an example too.',
    fix: 'Make it a parameter: `<instance-id>` or `$INSTANCE_ID`.',
    bad: sh('aws ec2 create-snapshot --volume-id vol-12345'),
    good: sh('aws ec2 create-snapshot --volume-id "$VOLUME_ID"'),
    silent: [
      sh('aws ec2 create-snapshot --volume-id vol-0a1b2c3d4e5f67890'),
      sh('aws ec2 describe-instances --instance-ids i-0abc1234'),
      sh('aws ec2 create-snapshot --volume-id <volume-id>'),
      sh('aws ec2 create-tags --resources i-a --tags Key=a,Value=b'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (command.name !== 'aws') continue;
        for (const [at, arg] of command.args.entries()) {
          if (!/^--(?:[a-z-]*-ids?|groups|security-groups|resource-ids?)$/.test(arg.value)) continue;
          for (let next = at + 1; next < command.args.length && !command.args[next]!.value.startsWith('--'); next++) {
            const value = command.args[next]!;
            const [, prefix, rest] =
              /^(i|vol|eni|sg|snap|ami|vpc|subnet|eipalloc|rtb|igw|nat|acl|eks|fs)-(\w[\w-]*)$/.exec(value.value) ?? [];
            if (prefix === undefined || /^(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(rest!)) {
              if (prefix !== 'i' || rest !== '1234567890abcdef0') continue;
            }
            yield { at: value, message: `${value.value} is an example, no identifier AWS gives out` };
          }
        }
      }
    },
  },
  {
    id: 'alarm-contradicts-itself',
    severity: 'warning',
    title: 'An alarm whose description names another threshold, or that can never fire',
    why: 'Who is woken reads the description and looks for something that did not happen; an alarm on a metric that does not exist wakes nobody.',
    fix: 'Make description, metric and threshold say the same.',
    bad: sh(
      'aws cloudwatch put-metric-alarm --alarm-name errors --alarm-description "Error rate above 1%" --metric-name HTTPCode_Target_5XX_Count --namespace AWS/ApplicationELB --dimensions Name=LoadBalancer,Value=$ALB --statistic Sum --period 300 --threshold 50 --comparison-operator GreaterThanThreshold --evaluation-periods 2',
    ),
    good: sh(
      'aws cloudwatch put-metric-alarm --alarm-name errors --alarm-description "More than 50 server errors in 5 minutes" --metric-name HTTPCode_Target_5XX_Count --namespace AWS/ApplicationELB --dimensions Name=LoadBalancer,Value=$ALB --statistic Sum --period 300 --threshold 50 --comparison-operator GreaterThanThreshold --evaluation-periods 2',
    ),
    loud: [
      sh(
        'aws cloudwatch put-metric-alarm --alarm-name a --metric-name 4XXError --namespace AWS/ApplicationELB --dimensions Name=LoadBalancer,Value=$ALB --statistic Sum --period 60 --threshold 1 --comparison-operator GreaterThanThreshold --evaluation-periods 2',
      ),
    ],
    silent: [
      sh(
        'aws cloudwatch put-metric-alarm --alarm-name cpu --alarm-description "CPU above 80%" --metric-name CPUUtilization --namespace AWS/EC2 --dimensions Name=InstanceId,Value=$I --statistic Average --period 300 --threshold 80 --comparison-operator GreaterThanThreshold --evaluation-periods 2',
      ),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (operationOf(command) !== 'cloudwatch put-metric-alarm') continue;
        const metric = optionValue(command, '--metric-name') ?? '';
        const namespace = optionValue(command, '--namespace') ?? '';
        const threshold = Number(optionValue(command, '--threshold'));
        const percent = /(\d+(?:\.\d+)?)\s*(?:%|percent)/i.exec(optionValue(command, '--alarm-description') ?? '')?.[1];
        const at = (name: string) => command.args[command.args.findIndex((arg) => arg.value === name) + 1] ?? command;
        if (namespace === 'AWS/ApplicationELB' && /^\w+$/.test(metric) && !ALB_METRICS.test(metric))
          yield {
            at: at('--metric-name'),
            message: `AWS/ApplicationELB has no metric ${metric}: this alarm stays in INSUFFICIENT_DATA`,
          };
        else if (
          /^AWS\/(?:ApplicationELB|EC2|RDS|NetworkELB|SQS)$/.test(namespace) &&
          metric !== '' &&
          !hasOption(command, '--dimensions', '--metrics')
        )
          yield { at: at('--metric-name'), message: `${metric} of ${namespace} has no data without --dimensions` };
        if (
          percent !== undefined &&
          Number.isFinite(threshold) &&
          ![Number(percent), Number(percent) / 100].includes(threshold)
        )
          yield { at: at('--threshold'), message: `the description says ${percent} %, the threshold is ${threshold}` };
      }
    },
  },
  {
    id: 'new-key-before-old-is-off',
    severity: 'error',
    title: 'A new credential is made while the compromised one still works',
    why: 'Whoever holds the compromised key can use it until it is off, and may use it to make keys of their own. With two keys the user also cannot have a third, so the creation itself may fail.',
    fix: 'Set the old key to Inactive first (`aws iam update-access-key --status Inactive`), look at what it did, then make the new one.',
    bad: '## Compromised credentials\n\n```bash\naws iam create-access-key --user-name "$NAME" > key.json\naws iam delete-access-key --access-key-id "$OLD_KEY" --user-name "$NAME"\n```\n',
    good: '## Compromised credentials\n\n```bash\naws iam update-access-key --access-key-id "$OLD_KEY" --status Inactive --user-name "$NAME"\naws iam create-access-key --user-name "$NAME" > key.json\n```\n',
    silent: [
      '## Yearly rotation\n\n```bash\naws iam create-access-key --user-name "$NAME" > key.json\naws iam delete-access-key --access-key-id "$OLD_KEY" --user-name "$NAME"\n```\n',
    ],
    *check(document) {
      for (const [place, command] of document.commands.entries()) {
        if (operationOf(command) !== 'iam create-access-key') continue;
        const said = `${command.block.headings.join(' ')} ${command.block.announced} ${command.block.text}`;
        if (!/compromis|incident|breach|leak|suspect|stolen|expos|attack/i.test(said)) continue;
        const inSection = (other: LintCommand) => other.block.section === command.block.section;
        const off = (other: LintCommand) =>
          /^iam (?:update|delete)-access-key$/.test(operationOf(other)) && inSection(other);
        const later = document.commands.slice(place + 1).find(off);
        if (later !== undefined && !document.commands.slice(0, place).some(off))
          yield {
            at: command,
            message: 'the compromised key still works while the new one is made: switch it off first',
          };
      }
    },
  },
  {
    id: 'lambda-payload',
    severity: 'warning',
    title: 'A payload that version 2 of aws takes for base64',
    why: 'Version 2 of the client expects binary arguments in base64 and answers "Invalid base64"; the function is not called.',
    fix: 'Add `--cli-binary-format raw-in-base64-out`.',
    bad: sh(`aws lambda invoke --function-name failover --payload '{"target":"secondary"}' out.json`),
    good: sh(
      `aws lambda invoke --function-name failover --payload '{"target":"secondary"}' --cli-binary-format raw-in-base64-out out.json`,
    ),
    silent: [
      sh('aws lambda invoke --function-name f --payload file://p.json out.json'),
      sh('aws lambda invoke --function-name f --payload "$P" out.json'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (operationOf(command) !== 'lambda invoke' || hasOption(command, '--cli-binary-format')) continue;
        const at = command.args.findIndex((arg) => arg.value === '--payload');
        const value = command.args[at + 1];
        if (at < 0 || value === undefined || !/^\s*[{[]/.test(value.value)) continue;
        yield {
          at: value,
          message: 'version 2 of aws takes this for base64 and refuses it',
          ...(!command.quoted && {
            fix: {
              title: 'Say that it is text',
              edits: [{ start: value.end, end: value.end, text: ' --cli-binary-format raw-in-base64-out' }],
            },
          }),
        };
      }
    },
  },
  {
    id: 'aurora-without-instance',
    severity: 'warning',
    title: 'A restored Aurora cluster nobody can connect to',
    why: 'Restoring makes the cluster and its storage, but no database instance: there is nothing to connect to until one is created, and the clock of the recovery runs on.',
    fix: 'Follow with `aws rds create-db-instance --db-cluster-identifier …` and wait for it.',
    bad: sh(
      'aws rds restore-db-cluster-to-point-in-time --source-db-cluster-identifier a --db-cluster-identifier b --use-latest-restorable-time',
    ),
    good: sh(
      'aws rds restore-db-cluster-to-point-in-time --source-db-cluster-identifier a --db-cluster-identifier b --use-latest-restorable-time\naws rds create-db-instance --db-cluster-identifier b --db-instance-identifier b-1 --db-instance-class db.r6g.large --engine aurora-postgresql',
    ),
    silent: [
      sh(
        'aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier a --target-db-instance-identifier b',
      ),
    ],
    *check(document) {
      if (document.commands.some((command) => operationOf(command) === 'rds create-db-instance')) return;
      for (const command of document.commands) {
        if (/^rds restore-db-cluster-(?:to-point-in-time|from-snapshot|from-s3)$/.test(operationOf(command)))
          yield { at: command, message: 'the restored cluster has no instance: nothing can connect to it yet' };
      }
    },
  },
  {
    id: 'aurora-replica-call',
    severity: 'error',
    title: 'A read replica of Aurora made as if it were plain RDS',
    why: 'Aurora has its readers inside the cluster; `create-db-instance-read-replica` refuses an Aurora instance as its source.',
    fix: 'Use `aws rds create-db-instance --db-cluster-identifier … --engine …`.',
    bad: sh(
      'aws rds create-db-instance-read-replica --db-instance-identifier shop-aurora-2 --source-db-instance-identifier shop-aurora-1',
    ),
    good: sh(
      'aws rds create-db-instance --db-instance-identifier shop-aurora-2 --db-cluster-identifier shop-aurora --engine aurora-postgresql --db-instance-class db.r6g.large',
    ),
    silent: [
      sh('aws rds create-db-instance-read-replica --db-instance-identifier b --source-db-instance-identifier a'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (
          operationOf(command) === 'rds create-db-instance-read-replica' &&
          /aurora/i.test(optionValue(command, '--source-db-instance-identifier') ?? '')
        )
          yield {
            at: command,
            message:
              'Aurora readers are made with create-db-instance in the cluster; this call refuses an Aurora source',
          };
      }
    },
  },
];

function* problems(document: Parameters<LintRule['check']>[0], kind: 'call' | 'argument'): Iterable<Found> {
  if (document.aws === null) return;
  for (const command of document.commands) {
    if (command.name !== 'aws') continue;
    for (const problem of awsProblems(command, document.aws)) {
      if (problem.kind !== kind) continue;
      const { meant, word, message } = problem;
      yield {
        at: word,
        message: meant === undefined ? message : `${message}; did you mean ${meant}?`,
        ...(meant !== undefined &&
          !command.quoted &&
          isKnown(word) &&
          word.raw === word.value &&
          meant.length > 5 &&
          Math.abs(meant.length - word.raw.length) < 3 && {
            fix: { title: `Write ${meant}`, edits: [{ start: word.start, end: word.end, text: meant }] },
          }),
      };
    }
  }
}
