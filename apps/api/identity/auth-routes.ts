import type { Route } from '../http/route';
import { accountRoutes } from './account-routes';
import { sessionRoutes } from './session-routes';

export const authRoutes: readonly Route[] = [...accountRoutes, ...sessionRoutes];
