import { z } from 'zod';
import type { Json } from '../../../workflows/contracts/json';

/** Any JSON: a body that was parsed holds nothing else. */
export const jsonValue = z.unknown() as unknown as z.ZodType<Json, Json>;
