/** CEL in graphs. Deterministic: the same source and values give the same result on every machine. */
export { ExpressionError, type ExpressionErrorKind } from './expression-error';
export { evaluateExpression, parseExpression, type Program } from './program';
export { renderTemplate } from './template';
export { parseTime } from './timestamp';
export { toCel, type CelValue } from './values';
