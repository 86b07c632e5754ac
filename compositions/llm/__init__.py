"""The optional language model: any address that speaks OpenAI's chat completions, off by default.

``client`` speaks the protocol, ``records`` keeps a row of every call, ``specifications`` asks
for what the prompt parser left open. What comes back is data and passes the composer's checks.
"""
