import { expect } from '@playwright/test';
import type { Frame, FrameLocator, Locator, Page } from '@playwright/test';

/** The page of a dashboard: it stands in a frame of ours, which stands in the pane that is called so. */
export function pageIn(page: Page, title: string): FrameLocator {
  return page.frameLocator(`iframe[title="${title}"]`).frameLocator('iframe');
}

/** The same as what runs scripts. */
export async function innermost(page: Page, title: string): Promise<Frame> {
  const element = page.frameLocator(`iframe[title="${title}"]`).locator('iframe');
  const frame = await (await element.elementHandle())?.contentFrame();
  if (!frame) {
    throw new Error('There is no frame.');
  }
  return frame;
}

/**
 * Clicks a link of a dashboard's page until it was followed. The frame goes with the click, and Playwright may wait
 * for its answer for ever.
 */
export async function follow(link: Locator, followed: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await link.click({ timeout: 10_000 }).catch(() => null);
    await followed();
  }).toPass({ timeout: 120_000 });
}
