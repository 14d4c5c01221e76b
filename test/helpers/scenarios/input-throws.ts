import { echo, troubledScenario } from './troubled-service.ts';

export const scenario = troubledScenario(
  { kind: 'lies', afterCalls: 1e9 },
  {
    operations: [
      {
        ...echo,
        input() {
          throw new RangeError('no such letter');
        },
      },
    ],
  },
);
