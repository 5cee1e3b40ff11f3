/** An event's id, such as `E-7K3F9Q2M`, for those who must not know how the signer is spoken to. */
export { EventId } from '../wire/event';
