import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type LogDetector, makeEvidence } from '../../detect/anomaly/index.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { keysFromPem, publicKeyFromPem, type SigningKeys } from '../../platform/identity/signing-keys.ts';

/** Reads the private key evidence is signed with. @throws HoldfastError `evidence.no-key` */
export function readSigningKeys(file: string): SigningKeys {
  const keys = keysFromPem(readKeyFile(file));
  if (keys === null) throw noKey(file, 'no Ed25519 private key in PEM');
  return keys;
}

/** Reads the key a bundle must be signed with. @throws HoldfastError `evidence.no-key` */
export function readTrustedKey(file: string): string {
  const key = publicKeyFromPem(readKeyFile(file));
  if (key === null) throw noKey(file, 'no Ed25519 key in PEM');
  return key;
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw noKey(file, messageOf(thrown));
  }
}

function noKey(file: string, why: string): HoldfastError {
  return new HoldfastError({
    code: 'evidence.no-key',
    kind: 'invalid',
    message: `${file}: ${why}`,
    hint: 'Make a pair with: holdfast anomaly keygen evidence.pem',
  });
}

/** Writes a bundle for each anomaly of a scan: `FILE-NNNNNN.json` in the folder. */
export function evidenceWriter(
  folder: string,
  source: string,
  keys: SigningKeys,
): (event: Uint8Array, detector: LogDetector, n: number) => void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    throw new HoldfastError({
      code: 'evidence.no-folder',
      kind: 'invalid',
      message: `${folder} can’t be made: ${messageOf(thrown)}`,
    });
  }
  const name = source === '-' ? 'stdin' : basename(source);
  return (event, detector, n) => {
    const file = join(folder, `${name}-${String(n).padStart(6, '0')}.json`);
    writeFileSync(file, makeEvidence(detector, event, name, keys));
  };
}
