import addressparser from 'nodemailer/lib/addressparser';

/**
 * The addresses of a list such as `Ops <ops@example.org>, x@example.org`.
 * @param what goes into the complaint: `to`
 * @throws Error when one is none
 */
export function parseAddresses(list: string, what: string): string[] {
  const addresses = addressparser(list, { flatten: true }).map(({ address, name }) => address || name);
  if (addresses.length === 0) throw new Error(`parse '${what}' addresses: no address`);
  for (const address of addresses) {
    if (!/^[^\s<>@,;]+@[^\s<>@,;]+$/.test(address)) throw new Error(`parse '${what}' addresses: "${address}" is none`);
  }
  return addresses;
}
