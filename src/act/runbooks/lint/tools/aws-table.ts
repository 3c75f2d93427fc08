import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

/** What `aws SERVICE OPERATION` takes: option → `!` when required, then its shape. `*` means words without an option. */
export type AwsOperation = ReadonlyMap<string, string>;

export type AwsTable = {
  version: string;
  services(): string[];
  operations(service: string): string[] | null;
  operation(service: string, name: string): AwsOperation | null;
};

let loading: Promise<AwsTable> | undefined;

/** The table of the aws client, unpacked once and only when a document calls it. */
export function loadAwsTable(): Promise<AwsTable> {
  loading ??= unpack();
  return loading;
}

async function unpack(): Promise<AwsTable> {
  const { AWS_TABLE } = await import('./generated/aws-table.ts');
  const json = await promisify(brotliDecompress)(Buffer.from(AWS_TABLE, 'base64'));
  const { version, services } = JSON.parse(json.toString('utf8')) as {
    version: string;
    services: Record<string, Record<string, string>>;
  };
  const own = (service: string) => (Object.hasOwn(services, service) ? services[service]! : null);
  return {
    version,
    services: () => Object.keys(services),
    operations: (service) => {
      const operations = own(service);
      return operations === null ? null : Object.keys(operations);
    },
    operation: (service, name) => {
      const operations = own(service);
      if (operations === null || !Object.hasOwn(operations, name)) return null;
      const lines = operations[name]!.split('\n').filter((line) => line !== '');
      return new Map(
        lines.map((line) => {
          const blank = line.indexOf(' ');
          return [line.slice(0, blank), line.slice(blank + 1)] as const;
        }),
      );
    },
  };
}
