/** The reference services' public entry point: `import … from 'toolrig/services'`. */

export { type CalculatorServiceOptions, calculatorService } from './calculator.ts';
export {
  type DataServiceOptions,
  type DataServiceState,
  dataService,
} from './data/data-service.ts';
export type { BaseDirectory } from './file/base-directory.ts';
export { type FileServiceOptions, fileService } from './file/file-service.ts';
