import { afterAll } from 'vitest';
import { dropTestDatabases } from './postgres.ts';

// Registered before the file's own hooks, so it runs after them.
afterAll(dropTestDatabases);
