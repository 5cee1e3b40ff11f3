/** Answers for any number of hubs, at any base path, and counts the connections that are open at once. */
import { createServer } from 'node:http';

let open = 0;
let most = 0;
let seen = 0;
const server = createServer((_request, response) => {
  seen += 1;
  response.writeHead(200, { 'x-jupyterhub-version': '5.4.0' }).end();
});
server.on('connection', (socket) => {
  open += 1;
  most = Math.max(most, open);
  socket.on('close', () => (open -= 1));
});
server.listen(0, '127.0.0.1', () => {
  process.on('message', () => {
    process.send?.({ port: server.address().port, most, seen });
    most = open;
    seen = 0;
  });
});
process.on('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
