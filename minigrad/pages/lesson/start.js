// A lesson made in Python: its graphs and numbers stand in the page.

load(JSON.parse(byId("data").textContent));
readHash(state, location.hash);
show();
compare();
addEventListener("hashchange", () => change((now) => readHash(now, location.hash)));
