/** A step: what has to hold, as a sentence, and the work that shows it. Its result is for the steps after it. */
export type Step = <T>(sentence: string, work: () => Promise<T>) => Promise<T>;

export interface Story {
  /** Steps that build on each other: the first that fails ends the chapter, and the next chapter starts. */
  chapter(title: string, tell: (step: Step) => Promise<void>): Promise<void>;
  /** Prints the totals. True when nothing failed. */
  end(): boolean;
}

export interface StoryOptions {
  readonly print: (line: string) => void;
  /** What helps to find the cause: printed after a failure. */
  readonly evidence: () => string;
}

/** Jest cannot tell this one: each step takes seconds, changes the account, and the next one needs it. */
export function createStory({ print, evidence }: StoryOptions): Story {
  let passed = 0;
  let failed = 0;
  const step: Step = async (sentence, work) => {
    const started = performance.now();
    const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
    print(`   …       ${sentence}`);
    try {
      const result = await work();
      passed++;
      print(`   ok      ${sentence} (${seconds()})`);
      return result;
    } catch (error) {
      failed++;
      print(`   FAILED  ${sentence} (${seconds()})`);
      throw error;
    }
  };
  return {
    chapter: async (title, tell) => {
      print(`\n── ${title}`);
      const before = failed;
      try {
        await tell(step);
      } catch (error) {
        // Outside of any step: nothing else would count it.
        if (failed === before) failed++;
        print(`${error instanceof Error ? error.stack : String(error)}\n${evidence()}`);
      }
    },
    end: () => {
      print(`\n${passed} passed, ${failed} failed`);
      return failed === 0 && passed > 0;
    },
  };
}
