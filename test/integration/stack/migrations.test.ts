import { coagent, freshDatabase, type FreshDatabase } from './coagent';

jest.setTimeout(180_000);

describe('migrations', () => {
  let database: FreshDatabase;
  beforeAll(async () => (database = await freshDatabase()));
  afterAll(() => database.drop());

  const migrate = () => coagent(['migrate'], { DATABASE_URL: database.url }).ended;

  const recorded = async (): Promise<string[]> => {
    const { rows } = await database.client.query<{ migration_name: string }>(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY started_at',
    );
    return rows.map((row) => row.migration_name);
  };

  it('are applied once when several processes start at the same time', async () => {
    const results = await Promise.all([migrate(), migrate(), migrate()]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    const applying = results.filter(({ output }) => output.includes('applied'));
    expect(applying).toHaveLength(1);
    const names = await recorded();
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toMatch(/_initial$/);
  });

  it('do nothing when there is nothing left to do', async () => {
    const before = await recorded();
    const { code, output } = await migrate();
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('up to date') });
    expect(await recorded()).toEqual(before);
  });

  it('leave a room member that is neither or both of person and agent no place', async () => {
    const insert = database.client.query(
      `WITH w AS (INSERT INTO workspaces (id, slug, name) VALUES (gen_random_uuid(), 'w', 'W') RETURNING id),
            r AS (INSERT INTO rooms (id, workspace_id, name) SELECT gen_random_uuid(), id, 'R' FROM w RETURNING id)
       INSERT INTO room_members (id, room_id) SELECT gen_random_uuid(), id FROM r`,
    );
    await expect(insert).rejects.toMatchObject({ constraint: 'room_members_one_of_user_and_agent' });
  });

  it('say what is wrong when the database cannot be reached', async () => {
    const { code, output } = await coagent(['migrate'], { DATABASE_URL: 'postgresql://x@127.0.0.1:1/x' })
      .ended;
    expect(code).toBe(1);
    expect(output).toContain('Nothing listens there');
  });
});
