//! Native objects: those we own and must free (`Owned`), and those that live inside another one (`View`).
//!
//! A view is read through accessors that are declared once, as constants, next to the code that uses them; each
//! declaration is the place where its safety is argued, so that the readers themselves are ordinary safe code.

use std::ffi::{c_char, c_int};
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::text;

/// A type of the library that has its own destroy function.
pub(super) trait Destroy {
    /// Frees the object.
    ///
    /// # Safety
    /// `object` came from the library's constructor of this type and is not used afterwards.
    unsafe fn destroy(object: *mut Self);
}

/// Implements [`Destroy`] by the library's function of that type.
macro_rules! destroyed_by {
    ($($native:ty => $function:path),+ $(,)?) => {$(
        impl $crate::kafka::native::object::Destroy for $native {
            unsafe fn destroy(object: *mut Self) {
                // SAFETY: the caller passes an object of this very type, and for the last time.
                unsafe { $function(object) }
            }
        }
    )+};
}
pub(super) use destroyed_by;

/// An object of the library that is ours, and is freed when it is dropped.
pub(super) struct Owned<T: Destroy>(NonNull<T>);

impl<T: Destroy> Owned<T> {
    /// Takes over an object; `None` for NULL.
    ///
    /// # Safety
    /// `object` is NULL or came from the library's constructor, and nobody else frees it.
    pub(super) unsafe fn new(object: *mut T) -> Option<Owned<T>> {
        NonNull::new(object).map(Owned)
    }

    /// The object, for a call that does not take it over.
    pub(super) fn pointer(&self) -> *mut T {
        self.0.as_ptr()
    }

    /// The object, for a call that takes it over.
    pub(super) fn release(self) -> *mut T {
        let pointer = self.0.as_ptr();
        std::mem::forget(self);
        pointer
    }

    /// A look into it.
    pub(super) fn view(&self) -> View<'_, T> {
        View { object: self.0, lives: PhantomData }
    }
}

impl<T: Destroy> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: by the promise of `new` it is the library's object, and it is ours to free.
        unsafe { T::destroy(self.0.as_ptr()) }
    }
}

/// The pointers of some objects, as the library's calls take them.
pub(super) fn pointers<T: Destroy>(objects: &[Owned<T>]) -> Vec<*mut T> {
    objects.iter().map(Owned::pointer).collect()
}

/// A library's object that lives inside another one.
pub(super) struct View<'a, T> {
    object: NonNull<T>,
    lives: PhantomData<&'a T>,
}

impl<T> Clone for View<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for View<'_, T> {}

impl<'a, T> View<'a, T> {
    /// A look at an object; `None` for NULL.
    ///
    /// # Safety
    /// `object` is NULL or a live object of the library that is neither freed nor changed during `'a`.
    pub(super) unsafe fn new(object: *const T) -> Option<View<'a, T>> {
        NonNull::new(object.cast_mut()).map(|object| View { object, lives: PhantomData })
    }

    /// The object, for a call that neither frees nor keeps it.
    pub(super) fn pointer(self) -> *mut T {
        self.object.as_ptr()
    }

    /// Reads a plain value.
    pub(super) fn get<R>(self, accessor: Value<T, R>) -> R {
        // SAFETY: the accessor's declaration promises that it may be called on a live object, which this is.
        unsafe { (accessor.0)(self.object.as_ptr()) }
    }

    /// Copies a text; `None` where the library has none.
    pub(super) fn text(self, accessor: Value<T, *const c_char>) -> Option<String> {
        let text = self.get(accessor);
        // SAFETY: an accessor that answers text answers NULL or a terminated string that lives as long as the object.
        unsafe { text::copied(text) }
    }

    /// Looks at a part.
    pub(super) fn part<U>(self, accessor: Value<T, *const U>) -> Option<View<'a, U>> {
        let part = self.get(accessor);
        // SAFETY: a part lives as long as the object it was read from.
        unsafe { View::new(part) }
    }

    /// Looks at the parts of a list. Places that the library left empty (a broker that skipped a topic) are left out.
    pub(super) fn parts<U>(self, accessor: List<T, U>) -> Vec<View<'a, U>> {
        let mut count = 0;
        // SAFETY: the accessor's declaration promises that it may be called on a live object; `count` is ours.
        let list = unsafe { (accessor.0)(self.object.as_ptr(), &raw mut count) };
        if list.is_null() || count == 0 {
            return Vec::new();
        }
        // SAFETY: the accessor answered an array of `count` pointers that lives as long as the object.
        let list = unsafe { std::slice::from_raw_parts(list, count) };
        list.iter()
            .filter_map(|part| {
                // SAFETY: a part lives as long as the object it was read from.
                unsafe { View::new(*part) }
            })
            .collect()
    }
}

/// A function of the library that reads a value from an object.
pub(super) struct Value<T, R>(unsafe extern "C" fn(*const T) -> R);

impl<T, R> Value<T, R> {
    /// Declares an accessor.
    ///
    /// # Safety
    /// The function may be called on any live object of its type from the thread that holds it, changes nothing, and
    /// what it answers (text, a part) is NULL or lives as long as the object.
    pub(super) const unsafe fn new(function: unsafe extern "C" fn(*const T) -> R) -> Self {
        Value(function)
    }
}

impl<T, R> Clone for Value<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R> Copy for Value<T, R> {}

type ListFunction<T, U> = unsafe extern "C" fn(*const T, *mut usize) -> *mut *const U;

/// A function of the library that answers an array of parts of an object.
pub(super) struct List<T, U>(ListFunction<T, U>);

impl<T, U> List<T, U> {
    /// Declares an accessor.
    ///
    /// # Safety
    /// As for [`Value::new`]; the array has as many pointers as the function counts, each NULL or a live part.
    pub(super) const unsafe fn new(function: ListFunction<T, U>) -> Self {
        List(function)
    }
}

impl<T, U> Clone for List<T, U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, U> Copy for List<T, U> {}

/// A field of one of the library's open structs, read as a plain type. There is never a reference to such a struct as a
/// whole: it may hold an error number for which the generated enum has no value.
pub(super) struct Field<T, R> {
    offset: usize,
    types: PhantomData<fn(*const T) -> R>,
}

impl<T, R> Clone for Field<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R> Copy for Field<T, R> {}

impl<T, R> Field<T, R> {
    /// Declares a field.
    ///
    /// # Safety
    /// At this offset of the struct there is a value that is valid as an `R`, whatever the library has put there.
    pub(super) const unsafe fn new(offset: usize) -> Self {
        Field { offset, types: PhantomData }
    }

    /// Writes the field of an object.
    ///
    /// # Safety
    /// `object` is a live object of the library that is ours, nobody else looks at it, and it may hold this value.
    pub(super) unsafe fn write(self, object: *mut T, value: R) {
        // SAFETY: the offset is that of a field of this struct.
        let place = unsafe { object.byte_add(self.offset) };
        // SAFETY: the caller's promise, and the declaration's: there is an `R`.
        unsafe { place.cast::<R>().write(value) };
    }
}

impl<'a, T> View<'a, T> {
    /// Reads a field.
    pub(super) fn read<R: Copy>(self, field: Field<T, R>) -> R {
        // SAFETY: the offset is that of a field of this struct.
        let place = unsafe { self.object.as_ptr().byte_add(field.offset) };
        // SAFETY: the object is alive, and the field's declaration promises an `R` there.
        unsafe { place.cast::<R>().read() }
    }

    /// Looks at the elements of an array that the object owns.
    pub(super) fn elements<U>(self, array: Field<T, *mut U>, count: Field<T, c_int>) -> Vec<View<'a, U>> {
        let first = self.read(array);
        let count = usize::try_from(self.read(count)).unwrap_or_default();
        let element = |index| {
            // SAFETY: the library's array has `count` elements, and the index is below that.
            let element = unsafe { first.add(index) };
            // SAFETY: an element lives as long as the object that owns its array.
            unsafe { View::new(element) }
        };
        if first.is_null() { Vec::new() } else { (0..count).filter_map(element).collect() }
    }

    /// Copies a text that a field points to; `None` for NULL.
    pub(super) fn copied(self, field: Field<T, *mut c_char>) -> Option<String> {
        let text = self.read(field);
        // SAFETY: a text field is NULL or a terminated string that lives as long as the object.
        unsafe { text::copied(text) }
    }
}

/// Declares accessors of the library as constants.
macro_rules! accessors {
    ($($name:ident: $kind:ident<$native:ty, $answer:ty> = $function:path;)+) => {$(
        const $name: $crate::kafka::native::object::$kind<$native, $answer> =
            // SAFETY: this is one of librdkafka's getters. They read the object they are given, change nothing, and
            // answer numbers, or NULL, text or parts that the object owns (rdkafka.h, "lifetime" of each).
            unsafe { $crate::kafka::native::object::$kind::new($function) };
    )+};
}
pub(super) use accessors;

/// Declares fields of the library's open structs as constants.
macro_rules! fields {
    ($($name:ident: $read:ty = $native:ty, $field:ident;)+) => {$(
        const $name: $crate::kafka::native::object::Field<$native, $read> =
            // SAFETY: the field is declared with this type, or is an enum of C, which is a `c_int`.
            unsafe { $crate::kafka::native::object::Field::new(std::mem::offset_of!($native, $field)) };
    )+};
}
pub(super) use fields;
