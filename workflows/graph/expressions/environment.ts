import { Environment } from '@marcbachmann/cel-js';
import { registerTimestamps } from './timestamp';

/** CEL as graphs have it, without variables. */
export function createEnvironment(): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: 2500,
      maxDepth: 50,
      maxListElements: 200,
      maxMapEntries: 200,
      maxCallArguments: 4,
    },
  });
  registerTimestamps(environment);
  registerMixedNumbers(environment);
  return environment;
}

/** JSON has one kind of number, so `price * count` has to work whether or not the price happens to be whole. */
function registerMixedNumbers(environment: Environment): void {
  type Both = number | bigint;
  const operators: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
  };
  for (const [operator, apply] of Object.entries(operators)) {
    const mixed = (a: Both, b: Both): number => apply(Number(a), Number(b));
    environment.registerOperator(`int ${operator} double: double`, mixed);
    environment.registerOperator(`double ${operator} int: double`, mixed);
  }
  environment.registerOperator('double % double: double', (a: number, b: number) => a % b);
  // eslint-disable-next-line eqeqeq -- 1n == 1 is meant
  environment.registerOperator('int == double', (a: bigint, b: number) => a == (b as Both));
}
