/** Ids and values that the examples of the API document share, so that they tell one story. */
export const ids = {
  workspace: '0197d6a0-1c3a-7b1e-8a52-4f1f0c9d7e21',
  course: '0197d6a1-52d4-7f0a-9c1b-7b9a3e5d6c80',
  room: '0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e',
  ada: '0197d69f-0b7e-7d42-b0c3-5a6e7f809102',
  ben: '0197d69f-7a11-7c55-8d1f-2b3c4d5e6f70',
  teacher: '0197d6a3-10aa-7e6b-a1d2-9c8b7a695847',
  teacherVersion: '0197d6a3-10ab-7a4c-b2e1-0d1c2b3a4958',
  adaMember: '0197d6a2-6f5d-7a90-8b21-1f2e3d4c5b6a',
  teacherMember: '0197d6a3-9f00-7b3d-93c4-6a5b4c3d2e1f',
  message: '0197d6a4-2b3c-7d5e-8f60-718293a4b5c6',
  answer: '0197d6a4-3f4e-7a6b-9c7d-8e9fa0b1c2d3',
  turn: '0197d6a4-2b3d-7e4f-a051-62738495a6b7',
  node: '0197d6a4-2f10-7b21-8c32-4d43e54f6505',
  workflow: '0197d6a5-0a1b-7c2d-9e3f-405162738495',
  run: '0197d6a6-1b2c-7d3e-8f40-5162738495a6',
  fork: '0197d6a6-9c8b-7a69-8574-635241302f1e',
  task: '0197d6a7-2c3d-7e4f-9051-62738495a6b7',
  approval: '0197d6a8-3d4e-4f50-a162-738495a6b7c8',
  trigger: '0197d6aa-5f60-7172-8384-95a6b7c8d9ea',
  firing: '0197d6ab-6071-5283-9495-a6b7c8d9eafb',
  artifact: '0197d6a9-4e5f-7061-b273-8495a6b7c8d9',
  webhook: '0197d6ac-7182-7394-8566-b7c8d9eafb0c',
  delivery: '0197d6ad-8293-74a5-9677-c8d9eafb0c1d',
  event: '0197d6ae-93a4-75b6-a788-d9eafb0c1d2e',
} as const;

export const at = '2026-03-02T09:30:00.000Z';
