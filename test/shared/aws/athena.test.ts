import { describe, expect, test } from '@jest/globals';
import { askAthena } from '../../../shared/aws/athena.ts';

type Asked = { readonly action: string; readonly body: Record<string, unknown> };
type Answers = Readonly<Record<string, ReadonlyArray<{ readonly status?: number; readonly body: object }>>>;

const state = (State: string, more: object = {}) => ({ body: { QueryExecution: { Status: { State, ...more } } } });
const started = [{ body: { QueryExecutionId: 'q1' } }];
const rows = (...cells: ReadonlyArray<readonly (string | null)[]>) =>
  cells.map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) }));

/** Answers in the shapes of the Athena API Reference, one after the other for each action. */
async function ask(answers: Answers, parameters: readonly string[] = ["'x'"]) {
  const asked: Asked[] = [];
  const counts = new Map<string, number>();
  const states: string[] = [];
  const post = async (service: string, headers: Readonly<Record<string, string>>, text: string) => {
    const action = headers['x-amz-target'] ?? '';
    asked.push({ action: `${service} ${action}`, body: JSON.parse(text) });
    const at = counts.get(action) ?? 0;
    counts.set(action, at + 1);
    const { status = 200, body } = answers[action.split('.')[1] ?? '']?.[at] ?? { body: {} };
    return { status, text: JSON.stringify(body) };
  };
  const options = {
    post,
    workGroup: 'w',
    database: 'd',
    sleep: async () => undefined,
    onState: (one: string) => void states.push(one),
  };
  const found: object[] = [];
  for await (const row of askAthena({ sql: 'SELECT ?', parameters }, options)) found.push(Object.fromEntries(row));
  return { asked, states, found };
}

describe('a question to Athena', () => {
  test('is started in its work group with its values apart, waited for, and read to its last page', async () => {
    const { asked, states, found } = await ask({
      StartQueryExecution: started,
      GetQueryExecution: [state('QUEUED'), state('RUNNING'), state('SUCCEEDED')],
      GetQueryResults: [
        { body: { ResultSet: { Rows: rows(['sk', 'tool'], ['a', 'echo']) }, NextToken: 't' } },
        { body: { ResultSet: { Rows: rows(['b', null]) } } },
      ],
    });
    expect({ asked, states, found }).toEqual({
      asked: [
        {
          action: 'athena AmazonAthena.StartQueryExecution',
          body: {
            QueryString: 'SELECT ?',
            ExecutionParameters: ["'x'"],
            QueryExecutionContext: { Database: 'd' },
            WorkGroup: 'w',
            ClientRequestToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
          },
        },
        ...Array.from({ length: 3 }, () => ({
          action: 'athena AmazonAthena.GetQueryExecution',
          body: { QueryExecutionId: 'q1' },
        })),
        { action: 'athena AmazonAthena.GetQueryResults', body: { QueryExecutionId: 'q1' } },
        { action: 'athena AmazonAthena.GetQueryResults', body: { QueryExecutionId: 'q1', NextToken: 't' } },
      ],
      states: ['QUEUED', 'RUNNING', 'SUCCEEDED'],
      found: [
        { sk: 'a', tool: 'echo' },
        { sk: 'b', tool: null },
      ],
    });
  });

  test('without values has no empty list of them, which Athena refuses', async () => {
    const answers = { StartQueryExecution: started, GetQueryExecution: [state('SUCCEEDED')] };
    expect((await ask(answers, [])).asked[0]?.body).not.toHaveProperty('ExecutionParameters');
  });

  test.each<readonly [string, Answers, string]>([
    [
      'that fails',
      { StartQueryExecution: started, GetQueryExecution: [state('FAILED', { StateChangeReason: 'SYNTAX' })] },
      'Athena: FAILED. SYNTAX',
    ],
    [
      'that somebody ends',
      { StartQueryExecution: started, GetQueryExecution: [state('CANCELLED')] },
      'Athena: CANCELLED. ',
    ],
    ['in a state that is none', { StartQueryExecution: started }, 'Athena: undefined. '],
    [
      'that is refused',
      { StartQueryExecution: [{ status: 400, body: { message: 'no such work group' } }] },
      'Athena answered 400 to StartQueryExecution. no such work group',
    ],
  ])('%s rejects with what Athena says', async (_name, answers, message) => {
    await expect(ask(answers)).rejects.toThrow(message);
  });
});
