//! What connecting and subscribing can both be told.

/// `.when .once .times .priority .track .name`, alike on both builders: what they make, and what each of its events is to it.
macro_rules! choice_methods {
    ($what:literal, $call:literal, $panic:literal, $track:literal, $room:literal) => {
        #[doc = concat!("Narrows the ", $what, " to the events for which `predicate` holds; given several times, all must hold.")]
        ///
        #[doc = concat!("It runs on the thread that sends. If it panics, ", $panic, " reported as panicked.")]
        pub fn when(
            mut self,
            predicate: impl Fn(&Event<P, K>) -> bool + Send + Sync + 'static,
        ) -> Self {
            self.options.when.push(Quiet::new(Box::new(predicate)));
            self
        }

        #[doc = concat!("Ends the ", $what, " with its first ", $call, ".")]
        pub fn once(self) -> Self {
            self.times(1)
        }

        #[doc = concat!("Ends the ", $what, " with its `count`th ", $call, "; 0 makes one that has ended already.")]
        pub fn times(mut self, count: usize) -> Self {
            self.options.times = Some(AtomicUsize::new(count));
            self
        }

        #[doc = concat!("Has it come before every ", $what, " of lower priority. The usual priority is 0; negative ones come after it.")]
        pub fn priority(mut self, priority: i32) -> Self {
            self.options.priority = priority;
            self
        }

        #[doc = concat!("Ends the ", $what, " when this object dies", $track)]
        pub fn track<T: Send + Sync + 'static>(mut self, object: &Arc<T>) -> Self {
            let weak: Weak<T> = Arc::downgrade(object);
            self.options.track.push(weak);
            self
        }

        #[doc = concat!("Has the ", $what, " share its work with the others of this group: connections and subscriptions of this signal that name the same.")]
        ///
        /// Of the members that match, one gets each event: the one that has the least to do, counting what runs and what waits,
        /// and among equals the one whose last turn is longest ago. A member that cannot take the event (its predicate says no, it is
        /// blocked, its calls are used up, its object has died, it has no room) is passed over for the next one.
        ///
        #[doc = $room]
        ///
        /// The group stands where the first of its members does that match, by priority and order of connecting. In a report
        /// and in [`count`](crate::Delivery::count) it is one.
        ///
        /// # Examples
        /// ```
        /// use fanfare::Signal;
        ///
        /// let jobs = Signal::new(0u32);
        /// for worker in ["anna", "ben"] {
        ///     jobs.connect_sync(move |job| println!("{worker} does {}", **job)).group("workers").now();
        /// }
        /// for job in 1..=4 {
        ///     assert_eq!(jobs.send().with(job).now().unwrap().count(), 1); // anna, ben, anna, ben
        /// }
        /// ```
        pub fn group(mut self, name: impl AsRef<str>) -> Self {
            self.options.rare().group = Some(Membership::new(name.as_ref()));
            self
        }

        /// A name for reports, failures and logs.
        pub fn name(mut self, name: impl AsRef<str>) -> Self {
            self.options.name = Some(name.as_ref().into());
            self
        }
    };
}
pub(super) use choice_methods;
