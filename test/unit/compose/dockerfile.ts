import { readProject } from './compose-file';

interface Instruction {
  keyword: string;
  text: string;
}

interface Stage {
  name: string;
  base: string;
  instructions: Instruction[];
}

export interface Dockerfile {
  stages: Stage[];
  /** All instructions that make up a stage, those of its bases first; empty when there is no such stage. */
  instructionsOf(name: string): Instruction[];
  /** The keywords of these instructions. */
  target(name: string): string[];
}

/** infra/docker/Dockerfile, stage by stage. */
export function readDockerfile(): Dockerfile {
  const stages: Stage[] = [];
  const lines = readProject('infra/docker/Dockerfile')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const line of lines) {
    const [, keyword = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (keyword === 'FROM') {
      const [base = '', , name = ''] = text.split(' ');
      stages.push({ name, base, instructions: [] });
    } else stages.at(-1)?.instructions.push({ keyword, text });
  }

  const instructionsOf = (name: string): Instruction[] => {
    const stage = stages.find((each) => each.name === name);
    return stage ? [...instructionsOf(stage.base), ...stage.instructions] : [];
  };
  return {
    stages,
    instructionsOf,
    target: (name) => instructionsOf(name).map(({ keyword }) => keyword),
  };
}
