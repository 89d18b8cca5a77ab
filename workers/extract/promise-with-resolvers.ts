// pdf.js expects `Promise.withResolvers` (ECMAScript 2024); Node 20 and browsers from before March 2024 are without it.
if (typeof Promise.withResolvers !== 'function') {
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: function withResolvers<T>(this: PromiseConstructor): PromiseWithResolvers<T> {
      let settle: Pick<PromiseWithResolvers<T>, 'resolve' | 'reject'> | undefined;
      const promise = new this<T>((resolve, reject) => {
        settle = { resolve, reject };
      });
      if (!settle) throw new TypeError('The promise did not run its executor');
      return { promise, ...settle };
    },
  });
}

export {};
