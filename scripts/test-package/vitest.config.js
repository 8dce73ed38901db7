// A page of the server's own, which may call it.
const page = { url: process.env.SERVER };

export default {
  test: { globals: true, environmentOptions: { jsdom: page, happyDOM: page } },
};
