import { echo, troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario(
  { kind: 'lies', afterCalls: 1e9 },
  {
    operations: [
      {
        ...echo,
        check() {
          throw new TypeError('reply.rows is not iterable');
        },
      },
    ],
  },
);
