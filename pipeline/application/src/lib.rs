//! Applications: what a parcel holds, whether it is complete, whose it is and in what form it goes.
