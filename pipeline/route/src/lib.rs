//! Paper or electronic, and why.
