import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createStepSurroundings } from './step-surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-surroundings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'password');
writeFileSync(file, 'from-a-file\n');

const sshHost = (changed: object = {}) => ({
  ...{ kind: 'ssh' as const, host: 'web.example', port: 22, user: 'ops', identityFile: '/key', agentSocket: null },
  ...{ knownHostsFile: '/known', jump: null, ...changed },
});
const surroundings = createStepSurroundings(
  {
    targets: {
      'live-db': { kind: 'postgres', url: 'postgres://u:p%40ss@h/db' },
      'staging-db': { kind: 'postgres', url: 'postgres://h/staging' },
      prom: { kind: 'prometheus', url: 'http://h:9090', tokenFile: null },
      bastion: sshHost({ jump: 'gate' }),
      gate: sshHost({ host: 'gate.example' }),
      web: sshHost({ jump: 'bastion' }),
    },
    secrets: {
      FILE: { file, command: null },
      PRINTED: { file: null, command: ['printf', 'from a command %s', '$HOME'] },
      FAILS: { file: null, command: ['sh', '-c', 'echo the-secret-itself; exit 3'] },
      ABSENT: { file: join(folder, 'none'), command: null },
      EMPTY: { file: null, command: ['true'] },
    },
    environments: {
      staging: { variables: { REGION: 'eu-1' }, secrets: ['FILE'], targets: { db: 'staging-db' } },
      live: { variables: {}, secrets: [], targets: { db: 'live-db' } },
    },
  },
  { PATH: process.env['PATH'] },
);
const read = (environment: string | null, ...secrets: string[]) => surroundings.readVariables({ environment, secrets });

describe('what is around a step', () => {
  it('is told by its names, without a value, an address or a credential', () => {
    expect(surroundings.environments()).toEqual([
      {
        name: 'live',
        variables: [],
        secrets: [],
        targets: [
          { name: 'bastion', target: 'bastion', kind: 'ssh' },
          { name: 'db', target: 'live-db', kind: 'postgres' },
          { name: 'gate', target: 'gate', kind: 'ssh' },
          { name: 'live-db', target: 'live-db', kind: 'postgres' },
          { name: 'prom', target: 'prom', kind: 'prometheus' },
          { name: 'staging-db', target: 'staging-db', kind: 'postgres' },
          { name: 'web', target: 'web', kind: 'ssh' },
        ],
      },
      expect.objectContaining({ name: 'staging', variables: ['REGION'], secrets: ['FILE'] }),
    ]);
    expect(JSON.stringify(surroundings.environments())).not.toMatch(/eu-1|http|p%40ss|from|example|key/);
  });

  it('means another connection in another environment', () => {
    expect(surroundings.resolveTarget('db', 'staging')).toEqual({
      name: 'staging-db',
      kind: 'postgres',
      url: 'postgres://h/staging',
    });
    expect(surroundings.resolveTarget('db', 'live')?.name).toBe('live-db');
    expect(surroundings.resolveTarget('db', null)).toBeNull();
    expect(surroundings.resolveTarget('prom', 'staging')).toMatchObject({ kind: 'prometheus' });
  });

  it('knows the way to a host, the nearest to here first', () => {
    expect(surroundings.resolveTarget('web', null)).toMatchObject({
      name: 'web',
      kind: 'ssh',
      jumps: [
        { name: 'gate', host: 'gate.example' },
        { name: 'bastion', host: 'web.example' },
      ],
    });
  });

  it('has its variables and credentials, read from files and commands when they are needed', async () => {
    expect(await read('staging', 'PRINTED')).toEqual({
      variables: { REGION: 'eu-1' },
      secrets: { FILE: 'from-a-file', PRINTED: 'from a command $HOME' },
    });
    writeFileSync(file, 'changed');
    expect((await read('staging')).secrets).toEqual({ FILE: 'changed' });
    expect(await read(null)).toEqual({ variables: {}, secrets: {} });
  });

  it('says what it cannot have, and never a secret', async () => {
    await expect(read('nowhere')).rejects.toMatchObject({
      code: 'environment.missing',
      hint: 'There are: staging, live.',
    });
    await expect(read(null, 'OTHER')).rejects.toMatchObject({ code: 'secret.missing' });
    await expect(read(null, 'ABSENT')).rejects.toMatchObject({
      code: 'secret.unreadable',
      message: expect.stringContaining('ENOENT'),
    });
    await expect(read(null, 'EMPTY')).rejects.toThrow('the secret EMPTY cannot be read');
    await expect(read(null, 'FAILS')).rejects.toThrow(
      'the secret FAILS cannot be read: its command ended with exit code 3',
    );
    expect(() => surroundings.environmentValues('nowhere')).toThrow('there is no environment nowhere');
  });

  it('keeps passwords of addresses out of output, in both spellings', () => {
    expect(surroundings.targetSecrets()).toEqual(['p%40ss', 'p@ss']);
  });
});
