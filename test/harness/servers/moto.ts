import { programOnPath, requireServer } from '../require-server.ts';
import { answersHttp, findFreePorts, makeFolder, startProgram } from './start-program.ts';
import { startWarmAws } from './warm-aws.ts';

/** The AWS API of moto, and the aws command to talk to it. */
export const requireMoto = () =>
  requireServer('moto', async () => (await programOnPath('moto_server')()) ?? (await programOnPath('aws')()));

export type TestAws = {
  /** Variables by which aws talks to it and to nobody else. */
  variables: Record<string, string>;
  /** An action of IAM, without the seconds aws itself takes. @returns its XML */
  iam(action: string, parameters: Record<string, string>): Promise<string>;
  /** An action of EC2. @returns its XML */
  ec2(action: string, parameters: Record<string, string>): Promise<string>;
  /** An action of another service that speaks as these two do, in a version of its interface. @returns its XML */
  query(service: string, version: string, action: string, parameters: Record<string, string>): Promise<string>;
  /** An operation of Secrets Manager. */
  secretsManager(operation: string, body: object): Promise<Record<string, unknown>>;
  /** An operation of a service that speaks JSON, by the prefix of its `X-Amz-Target`. */
  json(service: string, target: string, body: object): Promise<Record<string, unknown>>;
  /** A request to a service that speaks REST. @returns its body */
  rest(service: string, method: string, path: string, body?: string): Promise<string>;
  stop(): Promise<void>;
};

export async function startMoto(): Promise<TestAws> {
  const folder = await makeFolder('moto');
  const [port = 0] = await findFreePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const server = await startProgram({
    program: 'moto_server',
    args: ['-H', '127.0.0.1', '-p', String(port)],
    folder: folder.path,
    isReady: () => answersHttp(`${url}/moto-api/data.json`),
  });
  const variables = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const warm = await startWarmAws(folder.path, variables);
  const send = async (
    service: string,
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ) => {
    const response = await fetch(`${url}${path}`, {
      method,
      // moto reads the service from the signature's scope and does not check the signature.
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=testing/20260301/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service}: HTTP ${response.status} ${text}`);
    return text;
  };
  const ask = (service: string, version: string) => (action: string, parameters: Record<string, string>) =>
    send(
      service,
      'POST',
      '/',
      { 'content-type': 'application/x-www-form-urlencoded' },
      new URLSearchParams({ Action: action, Version: version, ...parameters }).toString(),
    );
  const json = async (service: string, target: string, body: object) =>
    JSON.parse(
      await send(
        service,
        'POST',
        '/',
        { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
        JSON.stringify(body),
      ),
    ) as Record<string, unknown>;
  return {
    iam: ask('iam', '2010-05-08'),
    ec2: ask('ec2', '2016-11-15'),
    query: (service, version, action, parameters) => ask(service, version)(action, parameters),
    json,
    secretsManager: (operation, body) => json('secretsmanager', `secretsmanager.${operation}`, body),
    rest: (service, method, path, body) => send(service, method, path, {}, body),
    variables: { ...variables, ...warm.variables },
    async stop() {
      await warm.stop();
      await server.stop();
      folder.remove();
    },
  };
}
