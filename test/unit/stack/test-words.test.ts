import { testEnvironment } from '../../../apps/cli/testing/test-environment';
import { suiteNames } from '../../../apps/cli/testing/suites';
import { readWords } from '../../../apps/cli/testing/words';

describe('coagent test', () => {
  it('runs every suite when none is named, and always in the same order', () => {
    expect(readWords([])).toEqual({ suites: suiteNames, args: [] });
    expect(readWords(['e2e', 'unit']).suites).toEqual(['unit', 'e2e']);
  });

  it('hands everything from the first other word to Jest', () => {
    expect(readWords(['unit', 'test/unit/stack', '-t', 'unit'])).toEqual({
      suites: ['unit'],
      args: ['test/unit/stack', '-t', 'unit'],
    });
    expect(readWords(['--verbose'])).toEqual({ suites: suiteNames, args: ['--verbose'] });
  });

  it('keeps the keys and limits of the person who runs it out of the tests', () => {
    const environment = testEnvironment({
      PATH: '/bin',
      OPENAI_API_KEY: 'sk',
      PORT: '80',
      REDIS_URL: 'redis://given',
    });
    expect(environment).toEqual({ PATH: '/bin', REDIS_URL: 'redis://given', NODE_ENV: 'test' });
  });
});
