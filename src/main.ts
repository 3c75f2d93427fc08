import { runCli } from './cli/run-cli.ts';

process.title = 'holdfast';
await runCli(process.argv.slice(2));
