import { programOnPath, requireServer } from '../require-server.ts';
import { answersHttp, findFreePorts, makeFolder, startProgram } from './start-program.ts';

/** The AWS API of moto, and the aws command to talk to it. */
export const requireMoto = () =>
  requireServer('moto', async () => (await programOnPath('moto_server')()) ?? (await programOnPath('aws')()));

export type TestAws = {
  /** Variables by which aws talks to it and to nobody else. */
  variables: Record<string, string>;
  /** An action of IAM, without the seconds aws itself takes. @returns its XML */
  iam(action: string, parameters: Record<string, string>): Promise<string>;
  /** An operation of Secrets Manager. */
  secretsManager(operation: string, body: object): Promise<Record<string, unknown>>;
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
  const post = async (service: string, headers: Record<string, string>, body: string) => {
    const response = await fetch(url, {
      method: 'POST',
      // moto reads the service from the signature's scope and does not check the signature.
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=testing/20260301/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
        ...headers,
      },
      body,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service}: HTTP ${response.status} ${text}`);
    return text;
  };
  return {
    iam: (action, parameters) =>
      post(
        'iam',
        { 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams({ Action: action, Version: '2010-05-08', ...parameters }).toString(),
      ),
    secretsManager: async (operation, body) =>
      JSON.parse(
        await post(
          'secretsmanager',
          { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${operation}` },
          JSON.stringify(body),
        ),
      ) as Record<string, unknown>,
    variables: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}
