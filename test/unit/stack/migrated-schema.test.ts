import { readFileSync } from 'node:fs';
import { migratedSchemaFile, schemaFile } from '../../../infra/database/migration-files';

describe('migrations', () => {
  // When this fails: npm run migrate -- --create a_few_words
  it('exist for every change of prisma/schema.prisma', () => {
    expect(readFileSync(migratedSchemaFile(), 'utf8')).toBe(readFileSync(schemaFile(), 'utf8'));
  });
});
