import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';

import './globals.css';

// A prerendered page would carry no nonce, and the content security policy would block its scripts.
export const dynamic = 'force-dynamic';

export const metadata: Metadata = {
  title: { default: 'Hubgate', template: '%s · Hubgate' },
  icons: { icon: '/icon.svg' },
  robots: { index: false },
};

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfaf7' },
    { media: '(prefers-color-scheme: dark)', color: '#12171a' },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
