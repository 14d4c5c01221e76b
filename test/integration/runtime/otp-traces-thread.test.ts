import { testTraces } from '../../helpers/otp/test-traces.ts';

testTraces('thread');
