import { findSum, formatNumber } from '../arithmetic';
import { modelTag } from '../conversation';
import type { Prompt } from '../prompt';
import { replyAsAssistant } from './assistant';
import { readScene, type Role, type Scene } from './scene';
import { replyAsStudent } from './student';
import { summarise } from './summariser';
import { replyAsTeacher } from './teacher';

const personas: Record<Role, (scene: Scene) => string> = {
  teacher: replyAsTeacher,
  student: replyAsStudent,
  summariser: summarise,
  assistant: replyAsAssistant,
};

/** What the agent of the system prompt says to the last message: a few sentences by rule, marked as the demo model's. */
export function replyInPersona(prompt: Prompt): string {
  const scene = readScene(prompt);
  const text = (scene.role === 'summariser' ? undefined : replyToSum(scene)) ?? personas[scene.role](scene);
  return `${text}${text.includes('\n') ? '\n' : ' '}${modelTag}`;
}

function replyToSum({ asked, lines, role, pick }: Scene): string | undefined {
  const sum = findSum(asked.text);
  if (!sum) return undefined;
  if (sum.value === undefined)
    return `${sum.expression} has no finite value, so there is nothing to work out.`;
  const solved = `${sum.expression} = ${formatNumber(sum.value)}`;
  const isSolved = lines.some((line) => line.text.includes(solved));
  if (role === 'student') {
    return isSolved
      ? `I get ${solved} as well, step by step and brackets first.`
      : `I get ${solved}. Is that right?`;
  }
  if (role === 'assistant') return `${solved}.`;
  const task = pick([
    'Which part did you work out first, and why?',
    'Change one of the numbers and predict the result before you work it out.',
  ]);
  return isSolved ? `Yes, ${solved}. ${task}` : `${solved}. ${task}`;
}
