// The pipeline that the chapter "A pipeline by hand" lets the reader set: a source, a bounded queue, workers, a
// bounded queue, a consumer. `simulate` computes what `book/experiments/src/pipeline.rs` measures on Tokio's paused
// clock, and a test of the book compares the two, item by item. All times are whole milliseconds.
"use strict";

const pipelineByHand = (() => {
    // The means of the 32 parts of an exponential distribution, in per cent of its mean.
    const QUANTILES = [
        2, 5, 8, 12, 15, 19, 23, 27, 31, 35, 40, 45, 50, 55, 60, 66, 73, 79, 86, 94, 102, 111, 121, 133, 145, 159, 176,
        196, 222, 256, 308, 446,
    ];

    // Marsaglia's xorshift, on integers of 32 bits.
    function chance(seed) {
        let state = (Math.imul(seed, 2654435761) | 1) >>> 0;
        return (mean, spread) => {
            state = (state ^ (state << 13)) >>> 0;
            state = (state ^ (state >>> 17)) >>> 0;
            state = (state ^ (state << 5)) >>> 0;
            const quantile = QUANTILES[state >>> 27];
            return Math.floor((mean * (100 * (100 - spread) + spread * quantile) + 5000) / 10000);
        };
    }

    // When each item passes each point. Nothing is stepped through: an item waits for the latest of its conditions,
    // and each condition is a time that is known already.
    function simulate({ every, workers, work, spread, room, consume }, items, seed) {
        const draw = chance(seed);
        const [due, accepted, begun, done] = [[], [], [], []]; // by item
        const [order, passed, taken, finished] = [[], [], [], []]; // in the order of the output
        const working = []; // items that are begun and not passed on, the first to be done at the end
        let arrival = 0;

        // The next result goes into the second queue: done, behind the one before, with room.
        function passOn() {
            const item = working.pop();
            const k = order.push(item) - 1;
            passed.push(Math.max(done[item], k > 0 ? passed[k - 1] : 0, k >= room ? taken[k - room] : 0));
            taken.push(Math.max(passed[k], k > 0 ? finished[k - 1] : 0));
            finished.push(taken[k] + consume);
            return passed[k];
        }

        for (let i = 0; i < items; i++) {
            const gap = draw(every, spread);
            const time = Math.max(draw(work, spread), 1);
            const before = i > 0 ? accepted[i - 1] : 0;
            arrival = every === 0 ? before : arrival + gap;
            due.push(arrival);
            accepted.push(Math.max(arrival, before, i >= room ? begun[i - room] : 0));
            // The first have a free worker; the others wait until one is rid of its result.
            begun.push(Math.max(accepted[i], i > 0 ? begun[i - 1] : 0, i >= workers ? passOn() : 0));
            done.push(begun[i] + time);
            let place = working.length;
            while (place > 0 && done[working[place - 1]] <= done[i]) place--;
            working.splice(place, 0, i);
        }
        while (working.length > 0) passOn();
        return { due, accepted, begun, done, order, passed, taken, finished };
    }

    // How many are inside at most, at the end of an instant; both lists are sorted.
    function deepest(entered, left) {
        let [most, gone] = [0, 0];
        entered.forEach((time, i) => {
            if (entered[i + 1] === time) return;
            while (gone < left.length && left[gone] <= time) gone++;
            most = Math.max(most, i + 1 - gone);
        });
        return most;
    }

    const total = (from, to) => to.reduce((sum, time, i) => sum + time - from[i], 0);
    const tenths = (numerator, denominator) =>
        (Math.floor((20 * numerator + denominator) / (2 * denominator)) / 10).toFixed(1);

    function findings({ workers }, times) {
        const { due, accepted, begun, done, order, passed, taken, finished } = times;
        const items = due.length;
        const last = finished[items - 1];
        const share = (sum) => Math.floor((200 * sum + workers * last) / (2 * workers * last));
        const latencies = finished.map((time, k) => time - due[order[k]]).sort((a, b) => a - b);
        const fold = (sum, time) => Math.imul(sum ^ time, 16777619) >>> 0;
        return {
            last,
            perSecond: tenths(1000 * items, last),
            busy: share(total(begun, done)),
            held: share(total(order.map((item) => done[item]), passed)),
            outside: deepest(due, accepted),
            queue: deepest(accepted, begun),
            out: deepest(passed, taken),
            mean: tenths(latencies.reduce((a, b) => a + b, 0), items),
            p99: latencies[Math.ceil((99 * items) / 100) - 1],
            sum: [due, accepted, begun, done, passed, taken, finished].flat().reduce(fold, 2166136261),
        };
    }

    const names = ["every", "workers", "work", "spread", "room", "consume"];
    const read = (text) => Object.fromEntries(text.split("/").map((value, i) => [names[i], Number(value)]));

    // A line as the experiment prints it.
    function line(text, items, seed) {
        const found = findings(read(text), simulate(read(text), items, seed));
        const { last, perSecond, busy, held, outside, queue, out, mean, p99, sum } = found;
        const hex = sum.toString(16).padStart(8, "0");
        return [text, last, perSecond, `${busy}%`, `${held}%`, outside, queue, out, mean, p99, hex].join(" ");
    }

    return { simulate, findings, read, line, names };
})();
