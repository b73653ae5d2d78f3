/** So long a look back says how fast it goes now, in milliseconds. */
const SPAN_MS = 60_000;

/** How fast tasks end, of what was told of them. */
export class Pace {
  /**
   * Note how many have ended, and how many are left.
   *
   * @returns about how many seconds these take; null where nothing has ended since the first look.
   */
  secondsLeft(at: number, ended: number, left: number): number | null {
    this._looks = [...this._looks.filter(look => at - look.at <= SPAN_MS), { at, ended }];
    const [first] = this._looks;
    const lately = ended - first.ended;
    return lately > 0 ? ((at - first.at) / 1000 / lately) * left : null;
  }

  private _looks: { readonly at: number; readonly ended: number }[] = [];
}
