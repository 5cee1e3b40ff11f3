import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { preload } from 'react-dom';

import { pageLocale } from '#lib/http/page';
import { translator } from '#lib/i18n/translator';

import './globals.css';

// A prerendered page would carry no nonce, and the content security policy would block its scripts.
export const dynamic = 'force-dynamic';

// As data: the plain http name and the gate serve no other files of the portal.
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="4" fill="#0b5a5e"/><g fill="none" stroke="#fff" stroke-width="2.5"><path d="M9 29V9M27 29V9M5 9h26"/><path d="M14 29V15h8v14" stroke-width="2"/></g></svg>',
)}`;

export const metadata: Metadata = {
  title: { default: 'Hubgate', template: '%s · Hubgate' },
  icons: { icon: ICON },
  robots: { index: false },
};

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfaf7' },
    { media: '(prefers-color-scheme: dark)', color: '#12171a' },
  ],
};

// What the first sight of every page is set in. Asked for with the page, it is there at the first layout: text in
// another font first is laid out twice, and moves.
const FONTS = [400, 500, 600].map((weight) => `/fonts/ibm-plex-sans-latin-${weight}-normal.woff2`);

export default async function RootLayout({ children }: { children: ReactNode }) {
  const locale = await pageLocale();
  const t = translator(locale);
  for (const font of FONTS) preload(font, { as: 'font', type: 'font/woff2', crossOrigin: 'anonymous' });
  const broken = Object.fromEntries(
    (['title', 'lede', 'again', 'start'] as const).map((word) => [word, t(`common.broken.${word}`)]),
  );
  return (
    <html lang={locale}>
      {/* For components/portal/broken-words.ts, which cannot ask for them once it needs them. */}
      <body data-broken={JSON.stringify(broken)}>{children}</body>
    </html>
  );
}
