import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

/** A mail as the server took it. */
export type TakenMail = {
  from: string;
  to: string[];
  data: string;
  encrypted: boolean;
  login: string | null;
};

export type TestSmtpServer = {
  port: number;
  mails: TakenMail[];
  close: () => Promise<void>;
};

/**
 * A small real SMTP server (RFC 5321, with STARTTLS and AUTH PLAIN when it has a certificate) on
 * loopback. `answerTo` may refuse a recipient.
 */
export async function startSmtpServer(options: {
  tls?: { key: string; cert: string };
  login?: { user: string; password: string };
  answerTo?: (recipient: string) => string;
  /** Where it was, after it was down; a free one otherwise. */
  port?: number;
}): Promise<TestSmtpServer> {
  const mails: TakenMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.write('220 test.localhost ESMTP\r\n');
    converse(socket, false);
  });

  function converse(socket: Socket | TLSSocket, encrypted: boolean): void {
    let buffer = '';
    let mail: TakenMail = { from: '', to: [], data: '', encrypted, login: null };
    let inData = false;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const onData = (chunk: Buffer): void => {
      buffer += chunk.toString('utf8');
      for (;;) {
        const mark = inData ? '\r\n.\r\n' : '\r\n';
        const end = buffer.indexOf(mark);
        if (end < 0) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + mark.length);
        if (inData) {
          inData = false;
          mails.push({ ...mail, data: line.replace(/^\.\./gm, '.') });
          mail = { ...mail, to: [] };
          say('250 2.0.0 queued as TEST1');
        } else if (!command(line)) return;
      }
    };
    const command = (line: string): boolean => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') {
        const extensions = [
          '8BITMIME',
          ...(options.tls && !encrypted ? ['STARTTLS'] : []),
          ...(options.login ? ['AUTH PLAIN'] : []),
        ];
        say('250-test.localhost');
        extensions.forEach((one, at) => say(`250${at === extensions.length - 1 ? ' ' : '-'}${one}`));
      } else if (verb === 'STAR' && options.tls) {
        socket.removeListener('data', onData);
        say('220 go ahead');
        const secure = new TLSSocket(socket, {
          isServer: true,
          secureContext: createSecureContext(options.tls),
        });
        secure.on('error', () => undefined);
        converse(secure, true);
        return false;
      } else if (verb === 'AUTH') {
        const [, user, password] = Buffer.from(line.slice(11), 'base64').toString('utf8').split('\0');
        const right = user === options.login?.user && password === options.login?.password;
        if (right) mail.login = user ?? null;
        say(right ? '235 2.7.0 welcome' : '535 5.7.8 wrong user name or password');
      } else if (verb === 'MAIL') {
        mail.from = /<(.*)>/.exec(line)?.[1] ?? '';
        say('250 ok');
      } else if (verb === 'RCPT') {
        const recipient = /<(.*)>/.exec(line)?.[1] ?? '';
        const answer = options.answerTo?.(recipient) ?? '250 ok';
        if (answer.startsWith('250')) mail.to.push(recipient);
        say(answer);
      } else if (verb === 'DATA') {
        inData = true;
        say('354 go on');
      } else say(verb === 'QUIT' ? '221 bye' : verb === 'RSET' ? '250 ok' : '502 5.5.1 not here');
      return true;
    };
    socket.on('data', onData);
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
