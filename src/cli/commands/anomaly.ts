import { readFile, stat, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { checkEvidence, decodeEvent, type EvidenceStatement, MAX_BUNDLE_BYTES } from '../../detect/anomaly/index.ts';
import { EXIT } from '../../platform/errors/exit-code.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { createKeyPem, fingerprintOfKey } from '../../platform/identity/signing-keys.ts';
import type { CliContext } from '../cli-context.ts';
import { addExamples } from '../options/examples.ts';
import { readTrustedKey } from '../scan/evidence-files.ts';
import { cleanLine } from '../terminal/clean-text.ts';
import { defineJudgedAnomalies } from './anomaly/judged-anomalies.ts';

/** `holdfast anomaly ls|show|feedback|evidence|verify|keygen`. */
export function defineCommand(command: Command, context: CliContext): void {
  addExamples(
    command,
    'holdfast anomaly ls',
    'holdfast anomaly verify evidence/app.log-000517.json --key evidence.pem.pub',
    'holdfast anomaly keygen evidence.pem',
  );
  defineJudgedAnomalies(command, context);
  defineVerify(command, context);
  defineKeygen(command, context);
}

function defineVerify(command: Command, context: CliContext): void {
  const verify = command
    .command('verify')
    .argument('<bundle>', 'an evidence bundle')
    .requiredOption('--key <file>', 'the key you trust, in PEM; never one that came with the bundle')
    .description('Judge what a bundle is about again, offline. Exit code 1 when anything in it was changed');
  addExamples(verify, 'holdfast anomaly verify evidence/app.log-000517.json --key evidence.pem.pub');
  verify.action(async (file: string, options: { key: string }) => {
    const output = context.output();
    const publicKey = readTrustedKey(options.key);
    const check = checkEvidence(await readBundle(file), publicKey);
    if (!check.ok) context.setExitCode(EXIT.found);
    if (output.json) {
      output.printJson(
        check.ok
          ? { ok: true, digest: check.digest, source: check.statement.source, verdict: check.statement.verdict }
          : check,
      );
      return;
    }
    if (!check.ok) return output.print(`${output.mark('bad')} ${check.message}`);
    const { statement } = check;
    output.print(
      `${output.mark('good')} signed by ${fingerprintOfKey(publicKey)}, and judged again with the same verdict`,
    );
    output.printFacts(
      [
        ['source', statement.source],
        ...factsOf(statement.judged),
        [
          'verdict',
          `score ${statement.verdict.score}, p ${statement.verdict.p ?? 'none yet'}, ${statement.judged.what} ${statement.verdict.n}`,
        ],
        ['digest', check.digest],
      ],
      2,
    );
  });
}

/** What was judged, in words. */
function factsOf(judged: EvidenceStatement['judged']): [string, string][] {
  const textOf = (event: string) => cleanLine(decodeEvent(Buffer.from(event, 'base64')));
  switch (judged.what) {
    case 'event':
      return [['event', textOf(judged.event)]];
    case 'window':
      return [
        ['events', String(judged.events.length)],
        ['first', textOf(judged.events[0] ?? '')],
        ['last', textOf(judged.events.at(-1) ?? '')],
      ];
    case 'point':
      return [
        ['series', cleanLine(judged.series)],
        ['value', `${judged.value} at ${new Date(judged.at).toISOString()}`],
      ];
    case 'trace':
      return [['trace', `${cleanLine(judged.traceId)}, ${judged.spans.length} spans`]];
  }
}

async function readBundle(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BUNDLE_BYTES) throw new Error(`larger than ${MAX_BUNDLE_BYTES} bytes`);
    return await readFile(file);
  } catch (thrown) {
    throw new HoldfastError({
      code: 'evidence.unreadable-file',
      kind: 'invalid',
      message: `${file} can’t be read: ${messageOf(thrown)}`,
      hint: 'Name a bundle that `holdfast scan --evidence` wrote or the server gave.',
    });
  }
}

function defineKeygen(command: Command, context: CliContext): void {
  const keygen = command
    .command('keygen')
    .argument('<file>', 'where the private key goes; the public one goes beside it, as FILE.pub')
    .description('Make a pair of keys to sign evidence with');
  addExamples(keygen, 'holdfast anomaly keygen evidence.pem');
  keygen.action(async (file: string) => {
    const output = context.output();
    const { privatePem, publicPem, publicKey } = createKeyPem();
    try {
      // Never over a key that is there: what it signed could not be checked any more.
      await writeFile(file, privatePem, { mode: 0o600, flag: 'wx' });
      await writeFile(`${file}.pub`, publicPem, { flag: 'wx' });
    } catch (thrown) {
      throw new HoldfastError({
        code: 'evidence.key-not-written',
        kind: 'invalid',
        message: `the keys can’t be written: ${messageOf(thrown)}`,
      });
    }
    const fingerprint = fingerprintOfKey(publicKey);
    if (output.json) return output.printJson({ privateKey: file, publicKey: `${file}.pub`, fingerprint });
    output.print(`${output.mark('good')} ${file} (keep it to yourself) and ${file}.pub, fingerprint ${fingerprint}`);
  });
}
