/** Rooms outside in which people talk about incidents. */
export { roomsFromIncidents, startRoomFollower } from './follow-incidents.ts';
export type { RoomKeeper } from './room.ts';
