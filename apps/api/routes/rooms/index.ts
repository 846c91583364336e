import { getRoomActivity } from './activity';
import { addMember, getMembers } from './members';
import { removeMember, updateMember } from './member-changes';
import { getMessages, postMessage } from './messages';
import { getReadMarkers, postReadMarker } from './read';
import { deleteRoom, updateRoom } from './room-changes';
import { deleteRoomWorkflow, getRoomWorkflow, putRoomWorkflow } from './room-workflow';
import { createRoom, getRoom, getRooms } from './rooms';
import { cancelTurn, getRoomState } from './turns';

export const roomRoutes = [
  getRooms,
  createRoom,
  getRoom,
  updateRoom,
  deleteRoom,
  getRoomState,
  getRoomActivity,
  getMembers,
  addMember,
  updateMember,
  removeMember,
  getMessages,
  postMessage,
  getReadMarkers,
  postReadMarker,
  cancelTurn,
  getRoomWorkflow,
  putRoomWorkflow,
  deleteRoomWorkflow,
];
