import { chooseToolCalls } from '../../../apps/model-server/tool-calls';
import type { Prompt } from '../../../apps/model-server/prompt';
import { promptOf } from './prompt-of';

const text = { type: 'string' };
const tools = [
  {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: { city: text, unit: { enum: ['celsius', 'fahrenheit'] } },
      required: ['city', 'unit'],
    },
  },
  { name: 'add_note', parameters: { type: 'object', properties: { text }, required: ['text'] } },
  { name: 'calculator', parameters: { type: 'object', properties: { expression: text } } },
];
const calls = (message: string, rest: Partial<Prompt> = {}): [string, unknown][] =>
  chooseToolCalls(promptOf([message], { tools, ...rest })).map((call) => [
    call.name,
    JSON.parse(call.arguments),
  ]);

describe('tool calls', () => {
  test('a tool that the message names is called with fitting arguments', () => {
    expect(calls('Ann: What is the weather in New York today?')).toEqual([
      ['weather', { city: 'New York', unit: 'celsius' }],
    ]);
    expect(calls('Ann: please add note buy milk')).toEqual([
      ['add_note', { text: 'please add note buy milk' }],
    ]);
  });

  test('a sum goes to the calculator, even where its argument is optional', () => {
    expect(calls('Ann: what is 17 * 3?')).toEqual([['calculator', { expression: '17 * 3' }]]);
  });

  test('several tools are called at once unless one at a time is asked for', () => {
    const message = 'Ann: check the weather in Oslo and add_note it';
    expect(calls(message).map(([name]) => name)).toEqual(['weather', 'add_note']);
    expect(calls(message, { parallelTools: false }).map(([name]) => name)).toEqual(['weather']);
  });

  test('tool_choice decides first', () => {
    expect(calls('Ann: hello')).toEqual([]);
    expect(calls('Ann: what is 17 * 3?', { toolChoice: { mode: 'none' } })).toEqual([]);
    expect(calls('Ann: hello', { toolChoice: { mode: 'required' } }).map(([name]) => name)).toEqual([
      'weather',
    ]);
    expect(calls('Ann: hello', { toolChoice: { mode: 'named', name: 'add_note' } })).toEqual([
      ['add_note', { text: 'hello' }],
    ]);
  });

  test('after a result nothing more is called', () => {
    const turns = ['Ann: what is 17 * 3?', { role: 'tool' as const, text: '51' }];
    expect(chooseToolCalls(promptOf(turns, { tools }))).toEqual([]);
  });
});
