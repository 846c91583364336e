import type { Route } from '../../http/route';
import { getDeliveries } from './deliveries';
import { receive, tryOut } from './receive';

export const hookRoutes: readonly Route[] = [receive, tryOut, getDeliveries];
