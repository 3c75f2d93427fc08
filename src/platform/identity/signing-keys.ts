import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

/** An Ed25519 pair: SPKI and PKCS#8, DER in base64. */
export type SigningKeys = { publicKey: string; privateKey: string };

export function createSigningKeys(): SigningKeys {
  const pair = generateKeyPairSync('ed25519');
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  };
}

/** The Ed25519 signature, in base64. */
export function signBytes(bytes: Uint8Array, privateKey: string): string {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  return sign(null, bytes, key).toString('base64');
}

/** True when the key signed these bytes, and key and signature are written in the one way there is. */
export function isSignedBy(bytes: Uint8Array, publicKey: string, signature: string): boolean {
  // Only as it was written: decoding passes over characters that are no base64.
  const isExact = (text: string) => Buffer.from(text, 'base64').toString('base64') === text;
  if (!isExact(publicKey) || !isExact(signature)) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    // Reading DER passes over bytes behind the key.
    if (key.export({ type: 'spki', format: 'der' }).toString('base64') !== publicKey) return false;
    return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** How people compare keys: the first 16 digits of the sha256 of its bytes. */
export function fingerprintOfKey(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
}

/** A new pair as PEM files hold it, and the public key as the others here write it. */
export function createKeyPem(): { privatePem: string; publicPem: string; publicKey: string } {
  const pair = generateKeyPairSync('ed25519');
  return {
    privatePem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
}

/** The pair in a private key's PEM file, as `openssl genpkey -algorithm ed25519` writes it. Null when it is none. */
export function keysFromPem(pem: string): SigningKeys | null {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') return null;
    return {
      privateKey: key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
    };
  } catch {
    return null;
  }
}

/** The public key in a PEM file, of a public key or of the private key it belongs to. Null when it is none. */
export function publicKeyFromPem(pem: string): string | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key.export({ type: 'spki', format: 'der' }).toString('base64') : null;
  } catch {
    return null;
  }
}

/** A public key as PEM files hold it. */
export function publicKeyPem(publicKey: string): string {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return key.export({ type: 'spki', format: 'pem' }) as string;
}
