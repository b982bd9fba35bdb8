//! All cells as one type, by the list that [`super`] has of them.

/// The enumeration of the cells, and what each does, compiled for itself.
macro_rules! cells {
    ($($(#[$doc:meta])* $cell:ident,)*) => {
        /// Constants of one cell, per step.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Dynamics {
            $($(#[$doc])* $cell($cell),)*
        }

        impl Dynamics {
            /// A number for the kind, then the constants of a response: what classes of equal cells are told apart by.
            pub(crate) fn class_constants(&self) -> Vec<f64> {
                let kinds = [$(matches!(self, Dynamics::$cell(_))),*];
                let kind = kinds.iter().take_while(|own| !**own).count();
                std::iter::once(kind as f64).chain(self.constants()).collect()
            }
        }

        impl LocalStep for Dynamics {
            fn kind(&self) -> &'static str {
                match self { $(Dynamics::$cell(own) => own.kind(),)* }
            }

            #[inline(always)]
            fn states(&self) -> usize {
                match self { $(Dynamics::$cell(own) => own.states(),)* }
            }

            #[inline(always)]
            fn ports(&self) -> usize {
                match self { $(Dynamics::$cell(own) => own.ports(),)* }
            }

            fn step(&self, gate: &Gate<'_>, e_before: f64, arriving: &[f64], state: &mut [f64]) {
                match self { $(Dynamics::$cell(own) => own.step(gate, e_before, arriving, state),)* }
            }

            #[inline(always)]
            fn observed(&self, state: usize) -> f64 {
                match self { $(Dynamics::$cell(own) => own.observed(state),)* }
            }

            #[inline(always)]
            fn seen(&self, gate: &Gate<'_>, state: usize) -> f64 {
                match self { $(Dynamics::$cell(own) => own.seen(gate, state),)* }
            }

            fn recorded(&self) -> usize {
                match self { $(Dynamics::$cell(own) => own.recorded(),)* }
            }

            #[inline(always)]
            fn output_slope(&self, gate: &Gate<'_>) -> f64 {
                match self { $(Dynamics::$cell(own) => own.output_slope(gate),)* }
            }

            fn is_clamped(&self) -> bool {
                match self { $(Dynamics::$cell(own) => own.is_clamped(),)* }
            }

            fn constants(&self) -> Vec<f64> {
                match self { $(Dynamics::$cell(own) => own.constants(),)* }
            }

            fn transposed(&self, gate: &Gate<'_>, adjoint: &mut [f64]) -> f64 {
                match self { $(Dynamics::$cell(own) => own.transposed(gate, adjoint),)* }
            }

            fn arrival(&self, gate: &Gate<'_>, port: usize, adjoint: &[f64]) -> f64 {
                match self { $(Dynamics::$cell(own) => own.arrival(gate, port, adjoint),)* }
            }

            #[inline(always)]
            fn trace(&self, gate: &Gate<'_>, arriving: &[f64], traces: &mut Traces) {
                match self { $(Dynamics::$cell(own) => own.trace(gate, arriving, traces),)* }
            }

            fn adjoint_planes(&self) -> usize {
                match self { $(Dynamics::$cell(own) => own.adjoint_planes(),)* }
            }

            #[inline(always)]
            fn backward(&self, at: &BackwardStep<'_>, adjoint: Planes<'_>, arriving: Planes<'_>) {
                match self { $(Dynamics::$cell(own) => own.backward(at, adjoint, arriving),)* }
            }

            #[inline(always)]
            fn backward_intermediate(
                &self,
                mu: f64,
                source: &[f64],
                gamma: &[f64],
                adjoint: Planes<'_>,
                arriving: Planes<'_>,
            ) {
                match self { $(Dynamics::$cell(own) => own.backward_intermediate(mu, source, gamma, adjoint, arriving),)* }
            }

            fn traced(&self, port: usize) -> Vec<usize> {
                match self { $(Dynamics::$cell(own) => own.traced(port),)* }
            }

            #[inline(always)]
            fn window(&self, port: usize, gate: &Gate<'_>, before: &Gate<'_>, adjoint: &mut [f64], arriving: &mut [f64]) {
                match self { $(Dynamics::$cell(own) => own.window(port, gate, before, adjoint, arriving),)* }
            }

            #[inline(always)]
            fn worth(&self, port: usize, at: &WorthStep<'_>, adjoint: Planes<'_>, arriving: &mut [f64]) {
                match self { $(Dynamics::$cell(own) => own.worth(port, at, adjoint, arriving),)* }
            }

            fn lasting(&self, port: usize) -> f64 {
                match self { $(Dynamics::$cell(own) => own.lasting(port),)* }
            }

            fn first_hop(&self, port: usize) -> FirstHop {
                match self { $(Dynamics::$cell(own) => own.first_hop(port),)* }
            }
        }
    };
}

pub(super) use cells;
