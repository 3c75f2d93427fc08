import type { RiskTool } from './rule.ts';

/** Source control, builds, infrastructure as code, and the observability tools' own clients. */
export const BUILD_TOOLS: readonly RiskTool[] = [
  {
    names: ['git'],
    valueOptions: ['-C', '-c', '--git-dir', '--work-tree'],
    bareOptions: ['--no-pager', '-p', '--bare'],
    rules: [
      {
        args: /(?:^|\s)-c\s+\S*(?:alias|pager|sshCommand|editor|hooksPath|fsmonitor)/i,
        risk: 'opaque',
        reason: 'git -c can make it run any program',
        examples: ['git -c core.sshCommand=x fetch'],
      },
      {
        sub: 'submodule foreach',
        risk: 'opaque',
        reason: 'git submodule foreach runs a command',
        examples: ['git submodule foreach ls'],
      },
      {
        args: /(?:^|\s)(?:--exec\b|-x\s|bisect run|--upload-pack|--receive-pack)/,
        risk: 'opaque',
        reason: 'git runs a command',
        examples: ['git rebase --exec ./x', 'git bisect run ./x'],
      },
      {
        sub: 'branch',
        flags: ['-d', '-D', '--delete'],
        risk: 'destroy',
        reason: 'git removes a branch',
        examples: ['git branch -D x'],
      },
      {
        sub: 'tag',
        flags: ['-d', '--delete'],
        risk: 'destroy',
        reason: 'git removes a tag',
        examples: ['git tag -d x'],
      },
      {
        sub: 'push',
        flags: ['-f', '--force', '--force-with-lease', '--delete', '-d', '--mirror', '--prune'],
        risk: 'destroy',
        reason: 'git push overwrites or removes what others have',
        examples: ['git push --force origin main'],
      },
      {
        sub: 'push',
        args: /\s[:+]\S/,
        risk: 'destroy',
        reason: 'git push overwrites or removes what others have',
        examples: ['git push origin :x', 'git push origin +main'],
      },
      {
        sub: 'reset',
        flags: ['--hard', '--merge'],
        risk: 'destroy',
        reason: 'git reset --hard throws changes away',
        examples: ['git reset --hard HEAD~1'],
      },
      {
        sub: 'stash drop|clear',
        risk: 'destroy',
        reason: 'git throws stashed changes away',
        examples: ['git stash drop'],
      },
      {
        sub: 'clean|rm|filter-branch|gc|prune|restore|reflog',
        risk: 'destroy',
        reason: 'git removes files or history',
        examples: ['git clean -fd', 'git rm x'],
      },
      {
        sub: 'checkout',
        args: /\s(?:--|\.|-f|--force)(?:\s|$)/,
        risk: 'destroy',
        reason: 'git checkout throws changes away',
        examples: ['git checkout -- x'],
      },
      {
        sub: 'status|log|diff|show|blame|describe|rev-parse|ls-files|ls-remote|ls-tree|shortlog|grep|rev-list|cat-file|version|help|whatchanged|name-rev|merge-base',
        risk: 'read',
        reason: 'git looks',
        examples: ['git log --oneline -5', 'git -C d status'],
      },
      {
        sub: 'branch|tag|remote|config|stash|worktree list|show|get',
        risk: 'read',
        reason: 'git looks',
        examples: ['git stash list'],
      },
      {
        sub: 'clone|pull|fetch|checkout|switch|add|commit|merge|rebase|revert|cherry-pick|push|tag|branch|stash|config|remote|init|submodule|reset|mv|worktree|apply|am|bisect',
        risk: 'change',
        reason: 'git changes the working copy or the repository',
        examples: ['git clone https://x/y.git', 'git revert HEAD', 'git push origin main', 'git checkout v1'],
      },
    ],
  },
  {
    names: ['make', 'gmake', 'ninja'],
    rules: [
      {
        flags: ['-n', '--dry-run', '--just-print', '-q'],
        risk: 'read',
        reason: 'make only says what it would do',
        examples: ['make -n x'],
      },
      { risk: 'opaque', reason: 'what make does is decided by a file that is not shown here', examples: ['make test'] },
    ],
  },
  {
    names: ['go'],
    rules: [
      {
        sub: 'tool pprof|trace|cover|nm|objdump',
        risk: 'read',
        reason: 'go tool looks at profiles',
        examples: ['go tool pprof heap.prof'],
      },
      { sub: 'version|env|list|doc|help', risk: 'read', reason: 'go looks', examples: ['go version'] },
      {
        sub: 'build|get|mod|install|fmt|clean|work',
        risk: 'change',
        reason: 'go builds or fetches',
        examples: ['go build ./...'],
      },
      {
        sub: 'test|vet',
        risk: 'check',
        reason: 'go runs checks',
        examples: ['go test ./...', 'go vet ./...'],
      },
      {
        sub: 'run|generate',
        risk: 'opaque',
        reason: 'go runs a program nobody here has read',
        examples: ['go run main.go'],
      },
    ],
  },
  { names: ['pprof'], rules: [{ risk: 'read', reason: 'looks at profiles', examples: ['pprof heap.prof'] }] },
];
